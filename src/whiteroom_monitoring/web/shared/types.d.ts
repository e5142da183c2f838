// A unit as the server describes it: `words` stand for zero and all else, `prefix` before the value;
// `style` names another way of writing, of the value times `factor`.
export interface Unit {
  steps: [at: number, by: number, symbol: string][];
  words?: [string, string];
  prefix?: string;
  style?: string;
  factor?: number;
}

// A number; an infinity or what is no number comes as text.
export type RawValue = number | string | null | undefined;
