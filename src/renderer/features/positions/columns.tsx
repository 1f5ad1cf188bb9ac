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
import { textsOf } from '../../i18n.ts'
import { AccountName, Exact, Signed, SymbolName } from '../../ui/marks.tsx'
import type { Column, FileColumn } from '../../ui/table.ts'
import { closedAt, type Direction, isMarkOld, type PositionLine } from './rows.ts'

const t = textsOf('positions')

const directions: Readonly<
  Record<Direction, { readonly sign: string; readonly text: string; readonly className: string }>
> = {
  long: { sign: '▲', text: t('directions.long'), className: 'text-up' },
  short: { sign: '▼', text: t('directions.short'), className: 'text-down' },
  closed: { sign: '○', text: t('directions.closed'), className: 'text-muted' },
}

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
      title: t('columns.symbol'),
      width: 'minmax(98px,1fr)',
      sortValue: ({ position }) => formatSymbol(position.symbol),
      cell: ({ position }) => <SymbolName symbol={position.symbol} />,
    },
    {
      id: 'account',
      title: t('columns.account'),
      width: 'minmax(96px,1fr)',
      sortValue: ({ position }) => `${exchangeTitle(position.exchange)} ${labelOf(position.account)}`,
      cell: ({ position }) => <AccountName exchange={position.exchange} label={labelOf(position.account)} />,
    },
    {
      id: 'side',
      title: t('columns.side'),
      width: '62px',
      sortValue: ({ direction }) => directions[direction].text,
      cell: ({ direction, position }) => (
        <span
          className={directions[direction].className}
          title={t(position.side === 'BOTH' ? 'modes.oneWay' : `modes.${direction}`)}
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
      title: t('columns.size'),
      hint: t('hints.size'),
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
      title: t('columns.value'),
      hint: t('hints.value'),
      width: 'minmax(74px,0.8fr)',
      isNumber: true,
      sortAmount: ({ value }) => value,
      cell: ({ value, position }) => <Exact amount={value} text={formatMoney(value, position.settleAsset)} />,
    },
    {
      id: 'entry',
      title: t('columns.entry'),
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
      title: t('columns.mark'),
      hint: t('hints.mark'),
      width: 'minmax(128px,1fr)',
      isNumber: true,
      sortAmount: ({ mark }) => mark,
      cell: (line) => <Mark line={line} now={now} />,
    },
    {
      id: 'unrealised',
      title: t('columns.unrealised'),
      hint: t('hints.unrealised'),
      width: 'minmax(124px,1fr)',
      isNumber: true,
      sortAmount: ({ unrealised }) => unrealised,
      cell: (line) => <Unrealised line={line} />,
    },
    {
      id: 'liquidation',
      title: t('columns.liquidation'),
      hint: t('hints.liquidation'),
      width: 'minmax(122px,1fr)',
      isNumber: true,
      isFirstOfGroup: true,
      sortAmount: ({ liquidationDistance }) => liquidationDistance,
      descendsFirst: false,
      cell: (line) => <Liquidation line={line} />,
    },
    {
      id: 'leverage',
      title: t('columns.leverage'),
      width: '88px',
      sortAmount: ({ position }) => position.leverage,
      cell: ({ position: { leverage, marginMode }, direction }) =>
        direction === 'closed' ? null : (
          <span className="text-muted">
            <span className="text-text">{leverage === null ? absent : `${formatHeld(leverage)}×`}</span>{' '}
            {marginMode === null ? '' : t(`margins.${marginMode}`)}
          </span>
        ),
    },
    {
      id: 'funding',
      title: t('columns.funding'),
      hint: t('hints.funding'),
      width: 'minmax(116px,1fr)',
      isNumber: true,
      isFirstOfGroup: true,
      sortAmount: ({ rate }) => rate?.rate ?? null,
      cell: (line) => <Funding line={line} now={now} />,
    },
    {
      id: 'fundingToday',
      title: t('columns.fundingToday'),
      hint: t('hints.fundingToday'),
      width: 'minmax(66px,0.7fr)',
      isNumber: true,
      sortAmount: ({ fundingToday }) => fundingToday,
      cell: ({ fundingToday, position }) => (
        <span
          title={
            fundingToday === null
              ? t('funding.noneToday')
              : hedged.has(`${position.account} ${position.symbol}`)
                ? t('funding.together', { amount: fundingToday, asset: position.settleAsset })
                : `${fundingToday} ${position.settleAsset}`
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
        {t('mark.closed', { time: formatClock(closedAt(position)) })}
      </span>
    )
  if (mark === null || markAt === null)
    return (
      <span className="text-warn" title={t('mark.noneWhy')}>
        {t('mark.none')}
      </span>
    )
  const isOld = isMarkOld({ markAt }, now)
  return (
    <span title={t('mark.heard', { mark, at: formatDateTime(markAt) })}>
      {formatPriceText(mark, 8)}{' '}
      <span className={`inline-block w-8 text-2xs ${isOld ? 'text-warn' : 'text-muted'}`}>
        {isOld && <span aria-hidden="true">◐</span>}
        {formatAge(now - markAt)}
        {isOld && <span className="sr-only"> {t('mark.old')}</span>}
      </span>
    </span>
  )
}

/** Where the profit comes from, in words. */
function unrealisedTitle({ unrealised: amount, isReckoned, position }: PositionLine): string {
  const { settleAsset: asset, unrealisedPnl: told } = position
  const time = formatClock(position.receivedAt)
  if (amount === null) return t('unrealised.notTold', { asset, time })
  if (!isReckoned) return t('unrealised.told', { amount, asset, time })
  return told === null
    ? t('unrealised.reckonedOnly', { amount, asset, time })
    : t('unrealised.reckoned', { amount, asset, told, time })
}

function Unrealised({ line }: { readonly line: PositionLine }) {
  const { unrealised, unrealisedPercent, direction, position } = line
  if (direction === 'closed') return null
  return (
    <span title={unrealisedTitle(line)}>
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
      <span className="text-faint" title={t('liquidation.none')}>
        {absent}
      </span>
    )
  const isNear = liquidationDistance !== null && Number(liquidationDistance) < nearPercent
  return (
    <span title={t('liquidation.distance', { price: liquidationPrice, share: formatShare(liquidationDistance) })}>
      {formatPriceText(liquidationPrice, 8)}{' '}
      <span className={`inline-block min-w-12 text-2xs ${isNear ? 'font-semibold text-warn' : 'text-muted'}`}>
        {isNear && <span aria-hidden="true">! </span>}
        {formatShare(liquidationDistance)}
        {isNear && <span className="sr-only"> {t('liquidation.near')}</span>}
      </span>
    </span>
  )
}

function Funding({ line, now }: { readonly line: PositionLine; readonly now: number }) {
  const { rate, nextFunding, direction, position } = line
  if (direction === 'closed') return null
  if (rate === null)
    return (
      <span className="text-faint" title={t('funding.noRate')}>
        {absent}
      </span>
    )
  const percent = ratePercent(rate.rate)
  const { settleAsset: asset } = position
  const title = [
    rate.nextFundingAt === null
      ? t('funding.timeNotTold', { percent })
      : t('funding.settles', { percent, at: formatDateTime(rate.nextFundingAt) }),
    rate.intervalHours === null ? [] : t('funding.interval', { hours: rate.intervalHours }),
    nextFunding === null
      ? []
      : t(signOf(nextFunding) < 0 ? 'funding.costs' : 'funding.brings', {
          amount: formatMoney(nextFunding.replace('-', ''), asset),
          asset,
        }),
  ].flat()
  return (
    <span title={title.join(', ')}>
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
