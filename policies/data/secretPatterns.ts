/** Words in the name of a variable that announce a secret. */
export const secretName =
  /(^|[_.-])(pass(word|wd|phrase)?|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|secret[_-]?key|signing[_-]?key|encryption[_-]?key|credentials?|auth|bearer)(s)?($|[_.-])/i;

/** Ends of such names that say it is something about a secret, and not the secret. */
export const aboutSecret =
  /([_.-]|^)(file|path|dir|url|uri|arn|name|id|ids|enabled?|allowed?|required|disabled?|type|mode|method|algorithm|ttl|timeout|interval|lifetime|expiry|expiration|seconds|minutes|hours|days|length|count|max|min|prefix|header|key_id|endpoint|host|port|scopes?|audience|issuer|client)$/i;

/** Values that are no secret whatever the name: switches, numbers, durations, places, references to something else. */
export const harmlessValue =
  /^(|true|false|yes|no|on|off|none|null|\d+(\.\d+)?|\d+(ms|s|m|h|d|w|y)|\/[\w./-]*|arn:aws[\w-]*:[\s\S]*|\$[\s\S]*|\[secret\]|https?:\/\/[^@\s]*)$/i;

/**
 * Forms of secrets that are one wherever they stand.
 * Sources: IAM User Guide, "IAM identifiers" (AKIA, ASIA and 16 characters); RFC 7468 (PEM labels); RFC 7519 (JWT);
 * github.blog/2021-04-05 (`ghp_` and its siblings); api.slack.com/messaging/webhooks; Grafana's documentation of service account (`glsa_`) and Cloud
 * access policy (`glc_`) tokens.
 */
export const secretForms: readonly {
  readonly id: string;
  readonly what: string;
  readonly pattern: RegExp;
}[] = [
  { id: "aws-key", what: "an AWS access key", pattern: /\b(AKIA|ASIA)[0-9A-Z]{16}\b/ },
  {
    id: "private-key",
    what: "a private key",
    pattern: /-----BEGIN ([A-Z0-9]{1,12} ){0,2}PRIVATE KEY-----/,
  },
  { id: "jwt", what: "a JSON web token", pattern: /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/ },
  {
    id: "vendor-token",
    what: "a token of GitHub, Grafana or Slack",
    pattern: /\b(gh[pousr]_\w{30,}|glsa_\w{30,}|glc_[\w+/=]{30,}|xox[abprs]-[\w-]{20,})/,
  },
  {
    id: "webhook",
    what: "a webhook of Slack, Discord or Teams, which is its own password",
    pattern:
      /https:\/\/(hooks\.slack\.com\/services\/T\w{6,}\/B\w{6,}\/\w{16,}|discord(app)?\.com\/api\/webhooks\/\d{10,}\/[\w-]{20,}|[\w.-]{1,80}\.webhook\.office\.com\/webhookb2\/\S{20,})/,
  },
  { id: "bearer", what: "a bearer token", pattern: /\bBearer\s+[\w.~+/=-]{20,}/i },
  {
    id: "hex-64",
    what: "a token of 64 hexadecimal digits",
    pattern: /(^|[^0-9A-Za-z])[0-9a-fA-F]{64}($|[^0-9A-Za-z])/,
  },
];

/** A password inside a URL. A variable in its place (`${PASSWORD}`) is none. */
export const passwordInUrl =
  /[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/'"]{0,200}:(?!\$|%24)[^\s@/'"]{3,200}@/i;

/** `password: hunter2` in a file: the key, and a literal behind it. */
export const secretInFile =
  /(?:^|[\s{,"'])(password|passwd|secret_access_key|secret_key|bearer_token|api_key|apikey|auth_token|access_token|client_secret|private_key)["']?\s*[:=]\s*["']?(?!["'\s$[{<]|null\b|true\b|false\b|\/|sys\.env|remote\.|local\.|convert\.)([^\s"',}]{4,})/im;
