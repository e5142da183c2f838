// uPlot 1.6.31, as far as it is used; its package's script defines the global `uPlot`.
declare class uPlot {
  constructor(options: uPlot.Options, data: uPlot.Data, host: HTMLElement);
  static paths: Record<"linear" | "spline", () => uPlot.Paths> & {
    stepped(options: { align: 1 | -1 }): uPlot.Paths;
  };
  static rangeNum(low: number, high: number, padding: number, flag: boolean): [number, number];
  ctx: CanvasRenderingContext2D;
  bbox: { left: number; top: number; width: number; height: number };
  cursor: { left: number; top: number; idx: number | null | undefined };
  select: { left: number; width: number; top: number; height: number };
  over: HTMLElement;
  data: any[];
  series: { show: boolean; alpha: number }[];
  scales: Record<string, { min: number; max: number }>;
  axes: any[];
  destroy(): void;
  redraw(rebuildPaths?: boolean): void;
  setData(data: uPlot.Data): void;
  setSize(size: { width: number; height: number }): void;
  setCursor(position: { left: number; top: number }): void;
  setSeries(index: number | null, options: { focus?: boolean; show?: boolean }): void;
  setSelect(select: uPlot["select"], fireHook: boolean): void;
  valToPos(value: number, scale: string, canvasPixels?: boolean): number;
  posToVal(position: number, scale: string): number;
}

declare namespace uPlot {
  type Data = (Float64Array | (number | null | undefined)[])[];
  type Paths = (...parameters: any[]) => any;
  type Hook = (plot: uPlot, ...parameters: any[]) => void;
  interface Options extends Record<string, any> {
    hooks?: Record<string, Hook[]>;
    scales?: Record<string, object>;
  }
}
