import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** What {@link LgtmCertificate} is made of. */
export interface LgtmCertificateArgs {
  /** Domain whose hosts are served; the certificate is for `*.DOMAIN`. */
  readonly domain: string;
  /** Id of the public Route 53 zone of the domain. */
  readonly hostedZoneId: string;
}

/**
 * A certificate for `*.DOMAIN`, requested from ACM and validated through its Route 53 zone (G1).
 *
 * **Cost.** None.
 */
export class LgtmCertificate extends pulumi.ComponentResource {
  /** ARN of the certificate, known only when it is valid. */
  public readonly certificateArn: pulumi.Output<string>;

  constructor(name: string, args: LgtmCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lgtm:index:LgtmCertificate", name, {}, opts);
    const options = { parent: this };

    const certificate = new aws.acm.Certificate(
      `${name}-certificate`,
      { domainName: `*.${args.domain}`, validationMethod: "DNS" },
      options,
    );
    // One name, one record.
    const validation = certificate.domainValidationOptions.apply(([only]) => {
      if (only === undefined) throw new Error(`ACM offers no way to validate *.${args.domain}`);
      return only;
    });
    const record = new aws.route53.Record(
      `${name}-validation`,
      {
        zoneId: args.hostedZoneId,
        name: validation.resourceRecordName,
        type: validation.resourceRecordType,
        records: [validation.resourceRecordValue],
        ttl: 60,
        // ACM asks for the same record each time a certificate of this name is requested in the account.
        allowOverwrite: true,
      },
      options,
    );
    const issued = new aws.acm.CertificateValidation(
      `${name}-validation`,
      { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
      options,
    );

    this.certificateArn = issued.certificateArn;
    this.registerOutputs({ certificateArn: this.certificateArn });
  }
}
