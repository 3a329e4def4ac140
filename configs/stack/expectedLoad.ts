import { z } from "zod";

/**
 * The load that a stack is expected to take. Nothing is deployed by it: it drives the variable part of the cost, and the
 * plan warns where the configured sizes do not carry it. Flat, so that the same keys serve as a file of
 * `npm run cost -- STACK --load FILE` and as sliders.
 */
export const expectedLoadSchema = z
  .strictObject({
    activeSeries: z
      .int()
      .min(0)
      .max(1_000_000_000)
      .default(5_000)
      .describe(
        "Active series that applications send; what the stack scrapes of itself comes on top.",
      ),
    scrapeIntervalSeconds: z
      .int()
      .min(1)
      .max(3600)
      .default(15)
      .describe("How often each of these series gets a sample, in seconds."),
    logsGbPerDay: z
      .number()
      .min(0)
      .max(1_000_000)
      .default(1)
      .describe("Log lines that are sent, uncompressed, in GB per day."),
    infoLogShare: z
      .number()
      .min(0)
      .max(1)
      .default(0.8)
      .describe("Share of the logs with level=info, which are kept for loki.infoRetentionDays."),
    logStreams: z
      .int()
      .min(0)
      .max(100_000_000)
      .default(200)
      .describe("Active log streams: distinct sets of labels, the level among them."),
    spansPerSecond: z
      .number()
      .min(0)
      .max(100_000_000)
      .default(10)
      .describe("Spans that are sent, on average."),
    spanBytes: z
      .int()
      .min(50)
      .max(100_000)
      .default(500)
      .describe("Size of a span as it is sent, in bytes."),
    profilesGbPerDay: z
      .number()
      .min(0)
      .max(1_000_000)
      .default(0.1)
      .describe("Profiles that are sent, in GB per day."),
    publicIngestShare: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe(
        "Share of all that is sent which comes through the load balancer; the rest goes to the gateway inside the VPC.",
      ),
    users: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(5)
      .describe("People who log in to Grafana in a month."),
    openDashboards: z
      .number()
      .min(0)
      .max(100_000)
      .default(0.25)
      .describe("Dashboards that are open and refreshing, on average around the clock."),
    dashboardRefreshSeconds: z
      .int()
      .min(5)
      .max(86_400)
      .default(60)
      .describe("How often an open dashboard asks again, in seconds."),
    panelsPerDashboard: z
      .int()
      .min(0)
      .max(1000)
      .default(15)
      .describe("Queries that a dashboard sends each time."),
    seriesPerQuery: z
      .int()
      .min(0)
      .max(100_000_000)
      .default(50)
      .describe("Series that a metric query reads."),
    dashboardRangeHours: z
      .number()
      .min(0)
      .max(8784)
      .default(3)
      .describe("How far back a dashboard looks, in hours."),
    coldReadShare: z
      .number()
      .min(0)
      .max(100)
      .default(0.02)
      .describe(
        "Share of what lies in Standard-IA and Instant Retrieval that queries read in a month.",
      ),
  })
  .prefault({});

/** See {@link expectedLoadSchema}. */
export type ExpectedLoad = Readonly<z.output<typeof expectedLoadSchema>>;
