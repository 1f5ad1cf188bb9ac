import type { ReactNode } from 'react'
import { Trans } from 'react-i18next'
import type { ConsolidatedBook, Liquidity, SetAside } from '../../../shared/consolidated.ts'
import type { ExchangeId } from '../../../shared/domain/index.ts'
import { exchangeTitle } from '../../format/names.ts'
import {
  absent,
  directionSign,
  formatAmount,
  formatPrice,
  formatQuantity,
  formatSignedPercent,
} from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import { classes } from '../../ui/classes.ts'
import { Panel } from '../../ui/Panel.tsx'
import { exchangeColor, exchangeLetter } from './exchangeMarks.ts'
import { formatReference } from './paintMerged.ts'

const t = textsOf('consolidated')

interface SummaryProps {
  /** null: nothing came yet. */
  readonly book: ConsolidatedBook | null
}

const headClass = 'h-6.5 text-2xs text-muted [&>th]:px-3 [&>th]:font-normal'
const rowClass = 'h-6.5 border-t border-line [&>td]:px-3 [&>th]:px-3 [&>th]:text-left [&>th]:font-medium'

/** `B Binance`: the letter and colour that stand for it in the bars. */
export const ExchangeMark = ({ exchange }: { readonly exchange: ExchangeId }) => (
  <span className="whitespace-nowrap">
    <span
      aria-hidden="true"
      className="mr-1.5 inline-block min-w-4 border-b-4 text-center text-2xs leading-3.5"
      style={{ borderColor: exchangeColor(exchange) }}
    >
      {exchangeLetter(exchange)}
    </span>
    {exchangeTitle(exchange)}
  </span>
)

export function LiquidityPanel({ book, quote }: SummaryProps & { readonly quote: string }) {
  return (
    <Panel title={t('liquidity.title')} className="shrink-0" testId="liquidity">
      <table className="w-full" aria-label={t('liquidity.table')}>
        <thead>
          <tr className={headClass}>
            <th scope="col" className="text-left">
              {t('liquidity.within')}
            </th>
            <th scope="col" className="text-right">
              {t('liquidity.bids', { quote })}
            </th>
            <th scope="col" className="text-right">
              {t('liquidity.asks', { quote })}
            </th>
            <th scope="col" className="text-right" title={t('liquidity.imbalanceHint')}>
              {t('liquidity.imbalance')}
            </th>
          </tr>
        </thead>
        <tbody>
          {(book?.liquidity ?? []).map((row) => (
            <tr key={row.percent} className={rowClass}>
              <th scope="row">{row.percent} %</th>
              <td className="text-right">{worth(row, row.bidValue)}</td>
              <td className="text-right">{worth(row, row.askValue)}</td>
              <td className={classes('text-right', row.imbalance > 0 ? 'text-up' : row.imbalance < 0 && 'text-down')}>
                <span aria-hidden="true" className="text-[9px]">
                  {directionSign(row.imbalance)}
                </span>{' '}
                {formatSignedPercent(row.imbalance * 100, 1)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {book?.liquidity.some(({ isWhole }) => !isWhole) && (
        <p className="border-t border-line px-3 py-1 text-2xs text-muted">{t('liquidity.least')}</p>
      )}
    </Panel>
  )
}

const worth = ({ isWhole }: Liquidity, value: number): string =>
  `${isWhole ? '' : '≥ '}${formatQuantity(Math.round(value))}`

export function WeightsPanel({ book, quote }: SummaryProps & { readonly quote: string }) {
  const sorted = [...(book?.weights ?? [])].sort((a, b) => b.weight - a.weight)
  return (
    <Panel title={t('weights.title')} className="shrink-0" testId="weights">
      <table className="w-full" aria-label={t('weights.table')}>
        <thead>
          <tr className={headClass}>
            <th scope="col" className="text-left">
              {t('weights.exchange')}
            </th>
            <th scope="col" className="text-right" title={t('weights.middleHint')}>
              {t('weights.middle')}
            </th>
            <th scope="col" className="text-right" title={t('weights.liquidityHint', { quote })}>
              {t('weights.liquidity')}
            </th>
            <th scope="col" className="text-right" title={t('weights.reliabilityHint')}>
              {t('weights.reliability')}
            </th>
            <th scope="col" className="text-right" title={t('weights.weightHint')}>
              {t('weights.weight')}
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.map(({ exchange, middle, liquidity, isWhole, reliability, weight }) => (
            <tr key={exchange} className={rowClass}>
              <th scope="row">
                <ExchangeMark exchange={exchange} />
              </th>
              <td className="text-right">
                {formatSignedPercent((middle / (book?.reference ?? Number.NaN) - 1) * 100, 4)}
              </td>
              <td className="text-right">{`${isWhole ? '' : '≥ '}${formatQuantity(Math.round(liquidity))}`}</td>
              <td className="text-right">{reliability.toFixed(2)}</td>
              <td className="text-right font-medium text-strong">{(weight * 100).toFixed(1)} %</td>
            </tr>
          ))}
        </tbody>
      </table>
      {sorted.length === 0 && <Nothing>{t('weights.none')}</Nothing>}
      {book !== null && sorted.length > 0 && (
        <p className="border-t border-line px-3 py-1 text-2xs text-muted">
          <Trans
            t={t}
            i18nKey="weights.reference"
            components={{ price: <span className="text-text" /> }}
            values={{ price: formatReference(book), quote }}
          />
          {sorted.some(({ isWhole }) => !isWhole) && ` · ${t('weights.least')}`}
        </p>
      )}
    </Panel>
  )
}

export function SetAsidePanel({ book, base }: SummaryProps & { readonly base: string }) {
  const nothing = book !== null && book.setAside.length === 0 && book.leftOut.length === 0
  return (
    <Panel title={t('setAside.title')} className="shrink-0" testId="set-aside">
      {nothing && <Nothing>{t('setAside.none')}</Nothing>}
      <ul className="select-text">
        {book?.leftOut.map(({ exchange, why, otherThan }) => (
          <li key={exchange} className="border-t border-line px-3 py-1 first:border-t-0">
            <ExchangeMark exchange={exchange} />{' '}
            {otherThan === undefined ? (
              <>
                <span className="text-warn">◐ {t('setAside.notLive')}</span>: {why}
              </>
            ) : (
              <span className="text-warn">◇ {t('setAside.otherCoin', { exchange: exchangeTitle(otherThan) })}</span>
            )}
          </li>
        ))}
        {book?.setAside.map((one) => (
          <li key={`${one.exchange} ${one.what}`} className="border-t border-line px-3 py-1 first:border-t-0">
            <ExchangeMark exchange={one.exchange} /> <span className="text-warn">◇ {t('setAside.outlier')}</span>:{' '}
            {outlierText(one, base)}
          </li>
        ))}
      </ul>
    </Panel>
  )
}

const Nothing = ({ children }: { readonly children: ReactNode }) => (
  <p className="border-t border-line px-3 py-2 text-muted">{children}</p>
)

function outlierText({ what, price, levels, quantity, distancePercent }: SetAside, base: string): string {
  const distance = formatSignedPercent(distancePercent, 2)
  if (what === 'book') return t('setAside.book', { price: formatPrice(Number(price.toPrecision(9)), null), distance })
  const size = Number.isNaN(quantity) ? absent : formatAmount(quantity)
  const values = { count: levels, price: formatPrice(price, null), size, base, distance }
  return what === 'bid' ? t('setAside.bids', values) : t('setAside.asks', values)
}
