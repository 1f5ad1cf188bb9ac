import { multiplyAmounts } from '../../../shared/amount.ts'
import {
  formatHeld,
  formatMoney,
  formatPriceText,
  formatShare,
  formatSignedMoney,
  formatSignedShare,
  signOf,
} from '../../format/amount.ts'
import { csvTime } from '../../format/csv.ts'
import { exchangeTitle, formatSymbol, splitSymbol } from '../../format/names.ts'
import { absent } from '../../format/number.ts'
import { formatAge, formatClock, formatCountdown, formatDateTime } from '../../format/time.ts'
import { AccountName, Exact, Signed, SymbolName } from '../../ui/marks.tsx'
import type { Column, FileColumn } from '../../ui/table.ts'
import { closedAt, type Direction, type PositionLine } from './rows.ts'

const directions: Readonly<
  Record<Direction, { readonly sign: string; readonly text: string; readonly className: string }>
> = {
  long: { sign: '▲', text: 'Long', className: 'text-up' },
  short: { sign: '▼', text: 'Short', className: 'text-down' },
  closed: { sign: '○', text: 'Closed', className: 'text-muted' },
}
const margins = { cross: 'Cross', isolated: 'Isolated' } as const

/** Marks come every second where a stream tells them, else with the position, once a minute. */
const oldMarkMs = 120_000
/** Nearer to liquidation than this asks for attention. */
const nearPercent = 10

const ratePercent = (rate: string) => multiplyAmounts(rate, '100')

interface ColumnContext {
  readonly now: number
  /** Account and symbol of those that are held long and short at once: payments are of both together. */
  readonly hedged: ReadonlySet<string>
  labelOf(account: string): string
}

export function positionColumns({ now, hedged, labelOf }: ColumnContext): readonly Column<PositionLine>[] {
  return [
    {
      id: 'symbol',
      title: 'Symbol',
      width: 'minmax(98px,1fr)',
      sortValue: ({ position }) => formatSymbol(position.symbol),
      cell: ({ position }) => <SymbolName symbol={position.symbol} />,
    },
    {
      id: 'account',
      title: 'Account',
      width: 'minmax(96px,1fr)',
      sortValue: ({ position }) => `${exchangeTitle(position.exchange)} ${labelOf(position.account)}`,
      cell: ({ position }) => <AccountName exchange={position.exchange} label={labelOf(position.account)} />,
    },
    {
      id: 'side',
      title: 'Side',
      width: '62px',
      sortValue: ({ direction }) => directions[direction].text,
      cell: ({ direction, position }) => (
        <span
          className={directions[direction].className}
          title={position.side === 'BOTH' ? 'one-way mode' : `${directions[direction].text.toLowerCase()}, hedge mode`}
        >
          <span aria-hidden="true" className="text-[9px]">
            {directions[direction].sign}
          </span>{' '}
          {directions[direction].text}
        </span>
      ),
    },
    {
      id: 'size',
      title: 'Size',
      hint: 'In the base asset',
      width: 'minmax(60px,0.7fr)',
      isNumber: true,
      isFirstOfGroup: true,
      sortAmount: ({ position }) => position.quantity.replace('-', ''),
      cell: ({ position: { quantity, symbol } }) => (
        <span className="text-strong" title={`${quantity} ${splitSymbol(symbol).base}`}>
          {formatHeld(quantity.replace('-', ''))}
        </span>
      ),
    },
    {
      id: 'value',
      title: 'Value',
      hint: 'Size at the mark, in the settlement asset',
      width: 'minmax(74px,0.8fr)',
      isNumber: true,
      sortAmount: ({ value }) => value,
      cell: ({ value, position }) => <Exact amount={value} text={formatMoney(value, position.settleAsset)} />,
    },
    {
      id: 'entry',
      title: 'Entry',
      width: 'minmax(104px,0.8fr)',
      isNumber: true,
      isFirstOfGroup: true,
      sortAmount: ({ position }) => position.entryPrice,
      cell: ({ position, direction }) =>
        direction === 'closed' ? null : (
          <Exact amount={position.entryPrice} text={formatPriceText(position.entryPrice, 8)} />
        ),
    },
    {
      id: 'mark',
      title: 'Mark',
      hint: 'The exchange’s mark price, and how old it is',
      width: 'minmax(128px,1fr)',
      isNumber: true,
      sortAmount: ({ mark }) => mark,
      cell: (line) => <Mark line={line} now={now} />,
    },
    {
      id: 'unrealised',
      title: 'Unrealised',
      hint: 'At the mark; and in percent of the value at entry',
      width: 'minmax(124px,1fr)',
      isNumber: true,
      sortAmount: ({ unrealised }) => unrealised,
      cell: (line) => <Unrealised line={line} />,
    },
    {
      id: 'liquidation',
      title: 'Liquidation',
      hint: 'The price at which the exchange would close it, and how far the mark is from there',
      width: 'minmax(114px,1fr)',
      isNumber: true,
      isFirstOfGroup: true,
      sortAmount: ({ liquidationDistance }) => liquidationDistance,
      descendsFirst: false,
      cell: (line) => <Liquidation line={line} />,
    },
    {
      id: 'leverage',
      title: 'Leverage',
      width: '88px',
      sortAmount: ({ position }) => position.leverage,
      cell: ({ position: { leverage, marginMode }, direction }) =>
        direction === 'closed' ? null : (
          <span className="text-muted">
            <span className="text-text">{leverage === null ? absent : `${formatHeld(leverage)}×`}</span>{' '}
            {marginMode === null ? '' : margins[marginMode]}
          </span>
        ),
    },
    {
      id: 'funding',
      title: 'Funding',
      hint: 'The rate due at the next settlement, and the time until then. Longs pay shorts when it is positive.',
      width: 'minmax(116px,1fr)',
      isNumber: true,
      isFirstOfGroup: true,
      sortAmount: ({ rate }) => rate?.rate ?? null,
      cell: (line) => <Funding line={line} now={now} />,
    },
    {
      id: 'fundingToday',
      title: 'Today',
      hint: 'Funding received (+) or paid (−) since midnight',
      width: 'minmax(66px,0.7fr)',
      isNumber: true,
      sortAmount: ({ fundingToday }) => fundingToday,
      cell: ({ fundingToday, position }) => (
        <span
          title={
            fundingToday === null
              ? 'Nothing was settled since midnight'
              : `${fundingToday} ${position.settleAsset}${hedged.has(`${position.account} ${position.symbol}`) ? ' for long and short together' : ''}`
          }
        >
          <Signed
            amount={fundingToday}
            text={fundingToday === null ? absent : formatSignedMoney(fundingToday, position.settleAsset)}
          />
        </span>
      ),
    },
  ]
}

function Mark({
  line: { mark, markAt, direction, position },
  now,
}: {
  readonly line: PositionLine
  readonly now: number
}) {
  if (direction === 'closed')
    return (
      <span className="text-2xs" title={formatDateTime(closedAt(position))}>
        closed {formatClock(closedAt(position))}
      </span>
    )
  if (mark === null || markAt === null)
    return (
      <span className="text-warn" title="The exchange did not tell it">
        no mark
      </span>
    )
  const isOld = now - markAt > oldMarkMs
  return (
    <span title={`${mark}, heard ${formatDateTime(markAt)}`}>
      {formatPriceText(mark, 8)}{' '}
      <span className={`inline-block w-8 text-2xs ${isOld ? 'text-warn' : 'text-muted'}`}>
        {isOld && <span aria-hidden="true">◐</span>}
        {formatAge(now - markAt)}
        {isOld && <span className="sr-only"> old</span>}
      </span>
    </span>
  )
}

function Unrealised({ line }: { readonly line: PositionLine }) {
  const { unrealised, unrealisedPercent, isReckoned, direction, position } = line
  if (direction === 'closed') return null
  const title = isReckoned
    ? `${unrealised} ${position.settleAsset}: (mark − entry) × size at the newest mark. The exchange said ${position.unrealisedPnl ?? 'nothing'} at ${formatClock(position.receivedAt)}.`
    : `${unrealised ?? 'not told'} ${position.settleAsset}, as the exchange said at ${formatClock(position.receivedAt)}`
  return (
    <span title={title}>
      <Signed
        amount={unrealised}
        text={unrealised === null ? absent : formatSignedMoney(unrealised, position.settleAsset)}
        className="font-semibold"
      />{' '}
      <span className="inline-block w-14 text-2xs text-muted">{formatSignedShare(unrealisedPercent)}</span>
    </span>
  )
}

function Liquidation({ line: { position, liquidationDistance, direction } }: { readonly line: PositionLine }) {
  const { liquidationPrice } = position
  if (direction === 'closed') return null
  if (liquidationPrice === null)
    return (
      <span className="text-faint" title="The exchange tells none">
        {absent}
      </span>
    )
  const isNear = liquidationDistance !== null && Number(liquidationDistance) < nearPercent
  return (
    <span title={`${liquidationPrice}; the mark is ${formatShare(liquidationDistance)} of itself away`}>
      {formatPriceText(liquidationPrice, 8)}{' '}
      <span className={`inline-block w-12 text-2xs ${isNear ? 'font-semibold text-warn' : 'text-muted'}`}>
        {isNear && <span aria-hidden="true">! </span>}
        {formatShare(liquidationDistance)}
        {isNear && <span className="sr-only"> near</span>}
      </span>
    </span>
  )
}

function Funding({ line, now }: { readonly line: PositionLine; readonly now: number }) {
  const { rate, nextFunding, direction, position } = line
  if (direction === 'closed') return null
  if (rate === null)
    return (
      <span className="text-faint" title="No rate is heard: the symbol is not watched">
        {absent}
      </span>
    )
  const percent = ratePercent(rate.rate)
  const settles =
    rate.nextFundingAt === null ? 'the time of settlement is not told' : `settles ${formatDateTime(rate.nextFundingAt)}`
  const effect =
    nextFunding === null
      ? ''
      : `, ${signOf(nextFunding) < 0 ? 'costs' : 'brings'} about ${formatMoney(nextFunding.replace('-', ''), position.settleAsset)} ${position.settleAsset} at the mark of now`
  const interval = rate.intervalHours === null ? '' : `, every ${rate.intervalHours} h`
  return (
    <span title={`${percent} % ${settles}${interval}${effect}`}>
      {signOf(percent) > 0 ? '+' : ''}
      {percent.replace('-', '−')} %{' '}
      <span className="inline-block w-12 text-2xs text-muted">
        {rate.nextFundingAt === null ? absent : formatCountdown(rate.nextFundingAt - now)}
      </span>
    </span>
  )
}

export const positionFile = (labelOf: (account: string) => string): readonly FileColumn<PositionLine>[] => [
  { id: 'symbol', csv: ({ position }) => position.symbol },
  { id: 'exchange', csv: ({ position }) => position.exchange },
  { id: 'account', csv: ({ position }) => labelOf(position.account) },
  { id: 'side', csv: ({ direction }) => direction },
  { id: 'position_side', csv: ({ position }) => position.side },
  { id: 'quantity', csv: ({ position }) => position.quantity },
  { id: 'value', csv: ({ value }) => value },
  { id: 'settle_asset', csv: ({ position }) => position.settleAsset },
  { id: 'entry_price', csv: ({ position }) => position.entryPrice },
  { id: 'mark_price', csv: ({ mark }) => mark },
  { id: 'mark_time', csv: ({ markAt }) => csvTime(markAt) },
  { id: 'unrealised_pnl', csv: ({ unrealised }) => unrealised },
  { id: 'unrealised_pnl_of_exchange', csv: ({ position }) => position.unrealisedPnl },
  { id: 'liquidation_price', csv: ({ position }) => position.liquidationPrice },
  { id: 'liquidation_distance_percent', csv: ({ liquidationDistance }) => liquidationDistance },
  { id: 'leverage', csv: ({ position }) => position.leverage },
  { id: 'margin_mode', csv: ({ position }) => position.marginMode },
  { id: 'funding_rate', csv: ({ rate }) => rate?.rate ?? null },
  { id: 'next_funding_at', csv: ({ rate }) => csvTime(rate?.nextFundingAt ?? null) },
  { id: 'funding_today', csv: ({ fundingToday }) => fundingToday },
  { id: 'received_at', csv: ({ position }) => csvTime(position.receivedAt) },
]
