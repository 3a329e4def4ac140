/** A priority queue: the cheapest first; of equals, the one that came first, so that a drawing never changes by itself. */
export class Queue<T> {
  private readonly heap: { readonly value: T; readonly cost: number; readonly order: number }[] =
    [];
  private pushed = 0;

  push(value: T, cost: number): void {
    const { heap } = this;
    heap.push({ value, cost, order: this.pushed++ });
    for (let at = heap.length - 1; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.isBefore(at, parent)) break;
      this.swap(at, parent);
      at = parent;
    }
  }

  pop(): T | undefined {
    const { heap } = this;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined) return undefined;
    if (heap.length > 0) {
      heap[0] = last;
      for (let at = 0; ;) {
        const [left, right] = [at * 2 + 1, at * 2 + 2];
        let least = at;
        if (left < heap.length && this.isBefore(left, least)) least = left;
        if (right < heap.length && this.isBefore(right, least)) least = right;
        if (least === at) break;
        this.swap(at, least);
        at = least;
      }
    }
    return first.value;
  }

  private isBefore(a: number, b: number): boolean {
    const [one, other] = [this.heap[a], this.heap[b]];
    if (one === undefined || other === undefined) return false;
    return one.cost < other.cost || (one.cost === other.cost && one.order < other.order);
  }

  private swap(a: number, b: number): void {
    const [one, other] = [this.heap[a], this.heap[b]];
    if (one === undefined || other === undefined) return;
    this.heap[a] = other;
    this.heap[b] = one;
  }
}
