import { resourceRule, type Rule } from "../rule";
import type { Resource } from "../resource";

const PASSWORD = "random:index/randomPassword:RandomPassword";
const BYTES = "random:index/randomBytes:RandomBytes";

/** What a key of a symmetric cipher has to have. Source: NIST SP 800-131A rev. 2, 128 bits from 2031 on as well. */
const LEAST_BITS = 128;

const secretStrength = resourceRule({
  id: "hygiene-secret-strength",
  subject: "hygiene",
  rationale: "A short secret is guessed: nobody looks at its length again once it works.",
  source: "G8; https://csrc.nist.gov/pubs/sp/800/131/a/r2/final",
  mend: "Take 16 bytes or more, or 22 characters or more of letters and digits",
  scope: "any",
  reads: {
    [BYTES]: ["length"],
    [PASSWORD]: ["length", "lower", "upper", "numeric", "special", "overrideSpecial"],
  },
  severity: "high",
  judge(secret, judgement) {
    const length = secret.at("length").number();
    if (length === undefined) return;
    const bits = Math.floor(length * bitsPerUnit(secret));
    if (bits >= LEAST_BITS) return;
    judgement.report(secret, { finding: `bits:${bits}`, says: `it has ${bits} bits` });
  },
});

/** The provider's default set: lower and upper case, digits and 18 special characters. */
function bitsPerUnit(secret: Resource): number {
  if (secret.type === BYTES) return 8;
  const has = (key: string) => secret.at(key).boolean() ?? true;
  const special = secret.at("overrideSpecial").text();
  const characters =
    (has("lower") ? 26 : 0) +
    (has("upper") ? 26 : 0) +
    (has("numeric") ? 10 : 0) +
    (has("special") ? (special === undefined || special === "" ? 18 : new Set(special).size) : 0);
  return Math.log2(Math.max(1, characters));
}

export const hygieneSecretRules: readonly Rule[] = [secretStrength];
