/** Grafana's database and its owner (D3). Whoever connects and whoever creates them read it here. */
export const databaseOwner = { databaseName: "grafana", username: "grafana" } as const;
