import type { Door, ReadingRoom } from "../../smoke/doors";
import type { Reach } from "../../smoke/http";
import type { Item, Stream } from "../../smoke/items";
import type { PushRecord, ReadRecord } from "./ledger";

/** A stream and how it is fed. */
export interface Feed {
  readonly stream: Stream;
  /** Pushes a second. */
  readonly rate: number;
  /** Items in each push. */
  readonly batch: number;
}

/** What the pushing process is told. */
export type PusherOrder =
  | {
      readonly kind: "start";
      readonly door: Door;
      readonly reach: Reach;
      readonly feeds: readonly Feed[];
    }
  /** No new pushes; those under way are finished. */
  | { readonly kind: "stop" };

export type PusherNews =
  { readonly kind: "pushed"; readonly record: PushRecord } | { readonly kind: "done" };

/** What the reading process is told. */
export type ReaderOrder =
  | {
      readonly kind: "start";
      readonly room: ReadingRoom;
      readonly reach: Reach;
      readonly streams: readonly Stream[];
    }
  | { readonly kind: "acknowledged"; readonly stream: Stream; readonly items: readonly Item[] }
  /** No new concurrent reads. */
  | { readonly kind: "stop" }
  /** Looks for everything acknowledged, until it is there or the time is up. */
  | { readonly kind: "settle"; readonly timeoutMs: number };

export type ReaderNews =
  | { readonly kind: "read"; readonly record: ReadRecord }
  | { readonly kind: "stopped" }
  | {
      readonly kind: "settled";
      /** Sequences that are not there, by stream key. */
      readonly lost: readonly (readonly [string, readonly number[]])[];
      readonly tookMs: number;
      /** Why the last look failed, where it did. */
      readonly failure?: string;
    };
