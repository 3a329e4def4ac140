import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import ts from "typescript";

const root = path.resolve(__dirname, "..", "..");
const files = [
  path.join(root, "index.ts"),
  ...fs
    .readdirSync(path.join(root, "components"))
    .map((file) => path.join(root, "components", file)),
];
const sources = files.map((file) =>
  parse(path.relative(root, file), fs.readFileSync(file, "utf8")),
);

function parse(name: string, text: string): ts.SourceFile {
  return ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild((child) => walk(child, visit));
}

function collect<T extends ts.Node>(node: ts.Node, is: (node: ts.Node) => node is T): T[] {
  const found: T[] = [];
  walk(node, (each) => {
    if (is(each)) found.push(each);
  });
  return found;
}

/** `new` of something whose name says that it is a resource or component. */
const isResource = (node: ts.NewExpression) =>
  /^(aws|awsx|random)\.|^Lgtm|^pulumi\.(Component|Custom)Resource/.test(node.expression.getText());

/** Resources that are made inside `apply`: invisible in a preview. */
function madeInApply(source: ts.Node): string[] {
  return collect(source, ts.isCallExpression)
    .filter(
      ({ expression }) =>
        ts.isPropertyAccessExpression(expression) && expression.name.text === "apply",
    )
    .flatMap((call) => call.arguments.flatMap((argument) => collect(argument, ts.isNewExpression)))
    .filter(isResource)
    .map((node) => node.expression.getText());
}

/** Rules inside a security group: they fight with standalone ones. */
function inlineRules(source: ts.Node): string[] {
  return collect(source, ts.isNewExpression)
    .filter((node) => /\.(Default)?SecurityGroup$/.test(node.expression.getText()))
    .flatMap((node) => collect(node.arguments?.[1] ?? node, ts.isPropertyAssignment))
    .map((property) => property.name.getText())
    .filter((name) => name === "ingress" || name === "egress");
}

interface Component {
  readonly file: string;
  readonly declaration: ts.ClassDeclaration;
}

const components: Component[] = sources.flatMap((source) =>
  collect(source, ts.isClassDeclaration)
    .filter((declaration) =>
      declaration.heritageClauses?.some((clause) =>
        clause.getText().includes("pulumi.ComponentResource"),
      ),
    )
    .map((declaration) => ({ file: source.fileName, declaration })),
);

const nameOf = ({ declaration }: Component) => declaration.name!.text;
const docOf = (node: ts.Node) =>
  ts
    .getJSDocCommentsAndTags(node)
    .map((doc) => doc.getText())
    .join("\n");

function publicFields({ declaration }: Component): string[] {
  return declaration.members
    .filter(ts.isPropertyDeclaration)
    .filter((member) => member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.PublicKeyword))
    .map((member) => member.name.getText());
}

function registeredOutputs({ declaration }: Component): string[] {
  const calls = collect(declaration, ts.isCallExpression).filter(
    ({ expression }) => expression.getText() === "this.registerOutputs",
  );
  assert.equal(calls.length, 1, `${declaration.name!.text} registers its outputs once`);
  const [argument] = calls[0]!.arguments;
  assert.ok(argument !== undefined && ts.isObjectLiteralExpression(argument));
  return argument.properties.map((property) => property.name!.getText());
}

// Not proven here: what a component does. These are rules about its source text.
describe("source of the components", () => {
  it("finds the components", () => {
    assert.deepEqual(components.map(nameOf).sort(), [
      "LgtmAccessLogs",
      "LgtmCertificate",
      "LgtmCluster",
      "LgtmDatabase",
      "LgtmFirewall",
      "LgtmImages",
      "LgtmIngress",
      "LgtmNetwork",
      "LgtmProduct",
      "LgtmSecrets",
      "LgtmService",
      "LgtmStorage",
      "LgtmWatch",
    ]);
  });

  it("creates nothing inside apply", () => {
    for (const source of sources) assert.deepEqual(madeInApply(source), [], source.fileName);
  });

  it("would notice a resource inside apply", () => {
    const bad = parse(
      "bad.ts",
      'x.apply((id) => { if (id) { new aws.s3.Bucket("b"); } return id; });',
    );
    assert.deepEqual(madeInApply(bad), ["aws.s3.Bucket"]);
  });

  it("writes no rule inside a security group", () => {
    for (const source of sources) assert.deepEqual(inlineRules(source), [], source.fileName);
  });

  it("would notice a rule inside a security group", () => {
    const bad = parse("bad.ts", 'new aws.ec2.SecurityGroup("g", { vpcId, ingress: [] });');
    assert.deepEqual(inlineRules(bad), ["ingress"]);
  });

  for (const component of components) {
    describe(nameOf(component), () => {
      it("registers exactly its public fields as outputs", () => {
        const fields = publicFields(component);
        assert.ok(fields.length > 0);
        assert.deepEqual(registeredOutputs(component), fields);
      });

      it("lives in a file of its name, with the token lgtm:index:NAME", () => {
        const name = nameOf(component);
        assert.equal(component.file, `components/${name[0]!.toLowerCase()}${name.slice(1)}.ts`);
        const supers = collect(component.declaration, ts.isCallExpression).filter(
          ({ expression }) => expression.kind === ts.SyntaxKind.SuperKeyword,
        );
        assert.equal(supers[0]?.arguments[0]?.getText(), `"lgtm:index:${name}"`);
      });

      it("is constructed with (name or prefix, args, opts?), args being an exported interface", () => {
        const constructor = component.declaration.members.find(ts.isConstructorDeclaration)!;
        assert.deepEqual(
          constructor.parameters.map((parameter) => parameter.type!.getText()),
          ["string", `${nameOf(component)}Args`, "pulumi.ComponentResourceOptions"],
        );
        assert.ok(constructor.parameters[2]!.questionToken !== undefined);
      });

      it("documents itself with its cost, each public field, and each arg", () => {
        assert.match(docOf(component.declaration), /\*\*Cost\.\*\*/);
        const source = component.declaration.getSourceFile();
        const args = collect(source, ts.isInterfaceDeclaration).find(
          ({ name }) => name.text === `${nameOf(component)}Args`,
        )!;
        const fields = component.declaration.members.filter(
          (member) =>
            ts.isPropertyDeclaration(member) &&
            member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.PublicKeyword),
        );
        for (const member of [...args.members, ...fields]) {
          assert.notEqual(docOf(member), "", `${member.name?.getText()} is documented`);
        }
        for (const member of args.members) {
          const optional = ts.isPropertySignature(member) && member.questionToken !== undefined;
          assert.equal(
            docOf(member).includes("@default"),
            optional,
            `${member.name?.getText()}: @default exactly where it is optional`,
          );
        }
      });
    });
  }
});
