/** The package comes without types; what the fake stack needs of it. */
declare module "snappyjs" {
  export function uncompress(compressed: Buffer): Buffer;
}
