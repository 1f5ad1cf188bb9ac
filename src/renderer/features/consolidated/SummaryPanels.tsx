import type { ReactNode } from 'react'
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
import { classes } from '../../ui/classes.ts'
import { Panel } from '../../ui/Panel.tsx'
import { exchangeColor, exchangeLetter } from './exchangeMarks.ts'
import { formatReference } from './paintMerged.ts'

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
    <Panel title="Liquidity and imbalance" className="shrink-0" testId="liquidity">
      <table className="w-full" aria-label="Liquidity around the reference price">
        <thead>
          <tr className={headClass}>
            <th scope="col" className="text-left">
              Within
            </th>
            <th scope="col" className="text-right">
              Bids, {quote}
            </th>
            <th scope="col" className="text-right">
              Asks, {quote}
            </th>
            <th scope="col" className="text-right" title="(bids − asks) / (bids + asks)">
              Imbalance
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
        <p className="border-t border-line px-3 py-1 text-2xs text-muted">
          ≥: at least so much, since some exchange's book is not known that far.
        </p>
      )}
    </Panel>
  )
}

const worth = ({ isWhole }: Liquidity, value: number): string =>
  `${isWhole ? '' : '≥ '}${formatQuantity(Math.round(value))}`

export function WeightsPanel({ book, quote }: SummaryProps & { readonly quote: string }) {
  const sorted = [...(book?.weights ?? [])].sort((a, b) => b.weight - a.weight)
  return (
    <Panel title="Weights" className="shrink-0" testId="weights">
      <table className="w-full" aria-label="Weights of exchanges in the reference price">
        <thead>
          <tr className={headClass}>
            <th scope="col" className="text-left">
              Exchange
            </th>
            <th scope="col" className="text-right" title="Its own middle price, from the reference price">
              Middle
            </th>
            <th scope="col" className="text-right" title={`Within 0.1 % of its middle, both sides as one, ${quote}`}>
              Liquidity
            </th>
            <th
              scope="col"
              className="text-right"
              title="1 / (1 + disturbances an hour / 6): books built anew and connections lost since the start"
            >
              Reliability
            </th>
            <th scope="col" className="text-right" title="Liquidity times reliability, as a share of all">
              Weight
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
      {sorted.length === 0 && <Nothing>No book counts: there is no reference price.</Nothing>}
      {book !== null && sorted.length > 0 && (
        <p className="border-t border-line px-3 py-1 text-2xs text-muted">
          Reference price <span className="text-text">{formatReference(book)}</span> {quote}
          {sorted.some(({ isWhole }) => !isWhole) &&
            ' · ≥: its book is not known that far, and it weighs less than it should'}
        </p>
      )}
    </Panel>
  )
}

export function SetAsidePanel({ book, base }: SummaryProps & { readonly base: string }) {
  const nothing = book !== null && book.setAside.length === 0 && book.leftOut.length === 0
  return (
    <Panel title="Not counted" className="shrink-0" testId="set-aside">
      {nothing && <Nothing>Every book counts.</Nothing>}
      <ul className="select-text">
        {book?.leftOut.map(({ exchange, why }) => (
          <li key={exchange} className="border-t border-line px-3 py-1 first:border-t-0">
            <ExchangeMark exchange={exchange} /> <span className="text-warn">◐ not live</span>: {why}
          </li>
        ))}
        {book?.setAside.map((one) => (
          <li key={`${one.exchange} ${one.what}`} className="border-t border-line px-3 py-1 first:border-t-0">
            <ExchangeMark exchange={one.exchange} /> <span className="text-warn">◇ outlier</span>:{' '}
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
  const away = `${formatSignedPercent(distancePercent, 2)} from the other exchanges`
  if (what === 'book') return `its whole book, middle price ${formatPrice(Number(price.toPrecision(9)), null)}, ${away}`
  const count = levels === 1 ? `one ${what}` : `${levels} ${what}s`
  const size = Number.isNaN(quantity) ? absent : formatAmount(quantity)
  return `${count} up to ${formatPrice(price, null)} (${size} ${base}), ${away}`
}
