/** What the trader wrote into a list's filters, and what is asked of the hub for it. Pure. */
import { ExchangeId, type Order } from '../../shared/domain/index.ts'
import { dayStart } from '../format/time.ts'
import { textsOf } from '../i18n.ts'

const t = textsOf('ui')

export interface FilterForm {
  readonly text: string
  /** '' asks for all, here and below. */
  readonly account: string
  readonly exchange: string
  readonly side: '' | Order['side']
  /** Days of the zone in force, `2026-11-21`; both belong to the range. */
  readonly fromDay: string
  readonly toDay: string
}

export const emptyForm: FilterForm = { text: '', account: '', exchange: '', side: '', fromDay: '', toDay: '' }

export const isFiltered = (form: FilterForm): boolean => Object.values(form).some((value) => value.trim() !== '')

/** Midnight at which a day begins in the zone in force, `later` days after; null where `day` is none. */
export function dayBegin(day: string, later = 0): number | null {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? []
  if (year === undefined || month === undefined || date === undefined || Number.isNaN(Date.parse(day))) return null
  return dayStart(Number(year), Number(month), Number(date) + later)
}

/** The part of a filter that all lists share. */
export function commonFilter(form: FilterForm) {
  const exchange = ExchangeId.safeParse(form.exchange)
  const text = form.text.trim()
  return {
    account: form.account === '' ? null : form.account,
    exchange: exchange.success ? exchange.data : null,
    text: text === '' ? null : text.slice(0, 80),
    from: dayBegin(form.fromDay),
    to: dayBegin(form.toDay, 1),
  }
}

/** Symbols as they are stored: `btc/usdt perp` is looked for as `btc_usdt_perp`. Ids hold neither slashes nor spaces. */
export const symbolText = (text: string | null): string | null => text?.replace(/[\s/]+/g, '_') ?? null

/** In words, why nothing can pass; null: something may. */
export const formProblem = ({ fromDay, toDay }: FilterForm): string | null =>
  fromDay !== '' && toDay !== '' && fromDay > toDay ? t('filters.turnedRound') : null
