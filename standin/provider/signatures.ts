/** Marks of Pulumi's wire format (`sdk/nodejs/runtime/rpc.ts`), without loading the SDK for them. */
export const specialSigKey = "4dabf18193072939515e22adb298388d";
export const specialResourceSig = "5cf8f73096256a8f31e491e813e4eb8e";
