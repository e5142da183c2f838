// A unit as the server describes it: `words` stand for false and true, `moment` for a date.
export interface Unit {
  steps: [at: number, by: number, symbol: string][];
  words?: [string, string];
  moment?: string;
}

// A number; an infinity or what is no number comes as text.
export type RawValue = number | string | null | undefined;
