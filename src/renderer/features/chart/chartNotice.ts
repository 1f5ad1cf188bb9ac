/** What the chart says about the trust its newest candle deserves. Pure, so that it can be tested as it is. */
import { type ExchangeStatus, type Period, periodMs } from '../../../shared/domain/index.ts'
import { connectionStates, exchangeTitle } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'

const t = textsOf('chart')

interface Situation {
  readonly exchange: string
  readonly period: Period
  /** Periods that are received live; null until the settings are read. */
  readonly watchedPeriods: readonly Period[] | null
  readonly isLinked: boolean
  /** null until read. */
  readonly status: ExchangeStatus | null
  /** Open time of the newest candle; null without one. */
  readonly newest: number | null
  readonly now: number
}

/** Why the chart does not show the present, in words; null while it does. */
export function staleReason(situation: Situation): string | null {
  const { exchange, period, watchedPeriods, isLinked, status, newest, now } = situation
  const names = { exchange: exchangeTitle(exchange), period }
  if (!isLinked) return t('stale.unlinked')
  if (status && status.state !== 'live') {
    const state = withinSentence(connectionStates[status.state].text)
    return status.reason === null
      ? t('stale.down', { ...names, state })
      : t('stale.downWhy', { ...names, state, reason: status.reason })
  }
  if (watchedPeriods && !watchedPeriods.includes(period)) return t('stale.unwatched', names)
  // A candle without trades is not sent by every exchange, so this says what is known and not that something is wrong.
  if (newest !== null && now - newest > 2 * periodMs[period] + 5_000) return t('stale.late', names)
  return null
}

/** A text that else stands alone. */
const withinSentence = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)

/** How long until the open candle closes: `0:23`, `4:05`, `1 h 12 min`. `now` by the exchange's clock. */
export function closesIn(openTime: number, period: Period, now: number): string {
  const seconds = Math.max(0, Math.ceil((openTime + periodMs[period] - now) / 1_000))
  if (seconds >= 3_600) return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
