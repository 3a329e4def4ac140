/** What the generated parts of the pages share. */

/** Replaces what stands between `<!-- generated:NAME -->` and `<!-- /generated -->` of a page. */
export function withGenerated(page: string, parts: Readonly<Record<string, string>>): string {
  return page.replace(
    /(<!-- generated:(\w+) -->\n)[\s\S]*?(<!-- \/generated -->)/g,
    (_, start: string, name: string, end: string) => {
      const content = parts[name];
      if (content === undefined)
        throw new Error(`a page has a generated part that nobody makes: ${name}`);
      return `${start}\n${content}\n\n${end}`;
    },
  );
}

/** A table as Markdown writes it. */
export function markdown(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return [titles, titles.map(() => "---"), ...rows]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
}
