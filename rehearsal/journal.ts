/** What happened in a rehearsal, with seconds since its start. */
export interface Happening {
  readonly seconds: number;
  readonly what: string;
  /** Task or service it happened to. */
  readonly subject: string;
  readonly detail?: string;
}

/** Keeps what happened, and tells whoever watches. */
export class Journal {
  private readonly startedAt = performance.now();
  private readonly list: Happening[] = [];

  constructor(private readonly watch: (happening: Happening) => void = () => undefined) {}

  /** Seconds since the start, to the millisecond. */
  get seconds(): number {
    return Math.round(performance.now() - this.startedAt) / 1000;
  }

  note(subject: string, what: string, detail?: string): void {
    const happening = { seconds: this.seconds, subject, what, detail };
    this.list.push(happening);
    this.watch(happening);
  }

  get happenings(): readonly Happening[] {
    return this.list;
  }
}
