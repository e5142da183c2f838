// What browsers of 2023 know and TypeScript 4.8, Debian's, does not yet.
interface Array<T> {
  findLast(predicate: (value: T, index: number) => unknown): T | undefined;
}

interface HTMLElement {
  showPopover(): void;
  hidePopover(): void;
}

interface EventTarget {
  closest?: Element["closest"];
}

// Node's test runner, as far as the unit tests use it.
declare module "node:test" {
  export function test(name: string, run: () => void | Promise<void>): void;
  export function describe(name: string, run: () => void): void;
}
declare module "node:assert/strict" {
  const assert: {
    equal(actual: unknown, expected: unknown, message?: string): void;
    deepEqual(actual: unknown, expected: unknown, message?: string): void;
    ok(value: unknown, message?: string): void;
    throws(run: () => unknown, expected?: RegExp): void;
    rejects(run: () => Promise<unknown>, expected?: RegExp): Promise<void>;
  };
  export default assert;
}
