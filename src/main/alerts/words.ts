/** What a rule says when it fires: numbers as they were at that moment. */
import type { AlertRule } from '../../shared/alert-rules.ts'
import type { Fill } from '../../shared/domain/index.ts'

const secondMs = 1_000
const minuteMs = 60_000
const hourMs = 3_600_000

/** `4 s`, `12 min`, `3.5 h` */
export function durationWords(ms: number): string {
  if (ms < minuteMs) return `${Math.floor(ms / secondMs)} s`
  if (ms < hourMs) return `${Math.floor(ms / minuteMs)} min`
  return `${Math.round((ms / hourMs) * 10) / 10} h`
}

/** Without noise from binary fractions: `0.2`, `30000.15`. */
export const plainNumber = (value: number): string => String(Number(value.toPrecision(10)))

export const percentWords = (value: number): string => `${Number(value.toFixed(4))} %`

/** `, for 30 s` where the rule asked for it. */
export const heldWords = ({ holdSeconds }: Pick<AlertRule, 'holdSeconds'>): string =>
  holdSeconds === 0 ? '' : `, for ${durationWords(holdSeconds * secondMs)}`

export const fillWords = ({ side, quantity, symbol, price, exchange }: Fill): string =>
  `${side === 'BUY' ? 'bought' : 'sold'} ${quantity} ${symbol} at ${price} on ${exchange}`
