import { parseDecimal } from '../../../shared/decimal.ts'

/** Epoch ms of seconds as REST writes them, `1688666559.8974` or `"1616492376"`; NaN where that is no time. */
export function millisecondsOfSeconds(seconds: number | string): number {
  const value = typeof seconds === 'number' ? seconds : parseDecimal(seconds)
  return value > 0 && value < 1e11 ? Math.floor(Number((value * 1_000).toFixed(3))) : Number.NaN
}
