import type { ReactNode } from 'react'
import { truthCode } from '../../../shared/domain/index.ts'
import { walletTitles } from '../../format/account-words.ts'
import {
  formatHeld,
  formatMoney,
  formatPriceText,
  formatShare,
  formatSignedMoney,
  percentOf,
} from '../../format/amount.ts'
import { csvTime } from '../../format/csv.ts'
import { exchangeTitle } from '../../format/names.ts'
import { absent } from '../../format/number.ts'
import { formatAge, formatDateTime } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { classes } from '../../ui/classes.ts'
import { AccountName, Exact, Signed } from '../../ui/marks.tsx'
import { TruthMark } from '../../ui/TruthMark.tsx'
import type { Column } from '../../ui/table.ts'
import type { BalanceLine, Grouping } from './rows.ts'

const t = textsOf('balances')

export interface ColumnContext {
  readonly grouping: Grouping
  /** The currency of valuation. */
  readonly currency: string
  /** Worth of everything, for shares. */
  readonly total: string
  readonly now: number
  labelOf(account: string): string
  isOpen(key: string): boolean
  onToggle(key: string): void
  /** Opens the account with its drifts. */
  onDrift(line: BalanceLine): void
}

/** The columns in the order that suits the grouping: what groups comes first. */
export function balanceColumns(context: ColumnContext): readonly Column<BalanceLine>[] {
  const { grouping } = context
  const [asset, account, wallet] = [assetColumn(context), accountColumn(context), walletColumn]
  const first =
    grouping === 'exchange'
      ? [exchangeColumn(context), asset, account, wallet]
      : grouping === 'account'
        ? [account, asset, wallet]
        : [asset, account, wallet]
  return [...first, ...numberColumns(context)]
}

/** The arrow and indent of the column that groups. */
function Branch({ line, context, children }: { line: BalanceLine; context: ColumnContext; children: ReactNode }) {
  if (context.grouping === 'flat') return children
  if (line.group === null) return <span className="pl-4.5">{children}</span>
  const isOpen = context.isOpen(line.key)
  return (
    <>
      <button
        type="button"
        tabIndex={-1}
        aria-label={t(isOpen ? 'groups.close' : 'groups.open')}
        className="w-4.5 text-left text-muted hover:text-strong"
        onClick={() => context.onToggle(line.key)}
      >
        <span aria-hidden="true" className="text-[9px]">
          {isOpen ? '▼' : '▶'}
        </span>
      </button>
      {children}
    </>
  )
}

function assetColumn(context: ColumnContext): Column<BalanceLine> {
  const leads = context.grouping === 'asset' || context.grouping === 'flat'
  return {
    id: 'asset',
    title: t('columns.asset'),
    width: 'minmax(84px,1fr)',
    sortValue: ({ asset }) => asset,
    csv: ({ asset }) => asset,
    cell: (line) => {
      const text =
        line.asset === null ? (
          <span className="text-muted">{t('count.balances', { count: line.balances.length })}</span>
        ) : (
          <span className="font-semibold text-strong">
            {line.asset}
            <OtherCoin than={line.otherCoinThan} />
          </span>
        )
      return leads ? (
        <Branch line={line} context={context}>
          {text}
        </Branch>
      ) : (
        text
      )
    },
  }
}

function exchangeColumn(context: ColumnContext): Column<BalanceLine> {
  return {
    id: 'exchange',
    title: t('columns.exchange'),
    width: 'minmax(92px,0.8fr)',
    sortValue: ({ exchange }) => (exchange === null ? null : exchangeTitle(exchange)),
    cell: (line) => (
      <Branch line={line} context={context}>
        <span className={line.group === null ? 'text-muted' : 'font-semibold text-strong'}>
          {line.exchange === null ? absent : exchangeTitle(line.exchange)}
        </span>
      </Branch>
    ),
  }
}

function accountColumn(context: ColumnContext): Column<BalanceLine> {
  const leads = context.grouping === 'account'
  const text = ({ account, exchange }: BalanceLine) =>
    account === null || exchange === null ? null : `${exchangeTitle(exchange)} ${context.labelOf(account)}`
  return {
    id: 'account',
    title: t('columns.account'),
    width: 'minmax(108px,1.2fr)',
    sortValue: text,
    csv: text,
    cell: (line) => {
      const name =
        line.account === null || line.exchange === null ? (
          <span className="text-muted">{t('count.accounts', { count: line.accounts })}</span>
        ) : (
          <span className={leads && line.group !== null ? 'font-semibold text-strong' : undefined}>
            <AccountName exchange={line.exchange} label={context.labelOf(line.account)} />
          </span>
        )
      return leads ? (
        <Branch line={line} context={context}>
          {name}
        </Branch>
      ) : (
        name
      )
    },
  }
}

const walletColumn: Column<BalanceLine> = {
  id: 'wallet',
  title: t('columns.wallet'),
  width: '66px',
  sortValue: ({ wallet }) => (wallet === null ? null : walletTitles[wallet]),
  csv: ({ wallet }) => wallet,
  className: 'small',
  cell: ({ wallet, group }) => (
    <span className="text-muted">
      {wallet === null ? (group === null ? absent : t('cells.several')) : walletTitles[wallet]}
    </span>
  ),
}

const OtherCoin = ({ than }: { readonly than: BalanceLine['otherCoinThan'] }) => {
  if (than === null) return null
  const words = t('cells.otherCoin', { exchange: exchangeTitle(than) })
  return (
    <span className="font-normal text-warn" title={words}>
      <span aria-hidden="true"> ◇</span>
      <span className="sr-only"> {words}</span>
    </span>
  )
}

/** A sum that leaves something out says so, and what. */
export const LeavesOut = ({ what, why }: { readonly what: readonly string[]; readonly why: 'price' | 'change' }) =>
  what.length === 0 ? null : (
    <span className="text-warn" title={t(`without.${why}`, { assets: what.join(', ') })}>
      <span aria-hidden="true">*</span>
      <span className="sr-only"> {t('without.assets', { assets: what.join(', ') })}</span>
    </span>
  )

function numberColumns(context: ColumnContext): readonly Column<BalanceLine>[] {
  const { currency, total: all, now } = context
  return [
    {
      id: 'free',
      title: t('columns.free'),
      width: 'minmax(88px,0.9fr)',
      isNumber: true,
      isFirstOfGroup: true,
      sortAmount: ({ free }) => free,
      csv: ({ free }) => free,
      cell: ({ free, group, asset }) =>
        free === null && group !== null && asset !== null ? (
          <span className="text-faint" title={t('cells.freeNotTold')}>
            {absent}
          </span>
        ) : (
          <Exact amount={free} text={formatHeld(free)} />
        ),
    },
    {
      id: 'locked',
      title: t('columns.locked'),
      hint: t('hints.locked'),
      width: 'minmax(72px,0.8fr)',
      isNumber: true,
      sortAmount: ({ locked }) => locked,
      csv: ({ locked }) => locked,
      cell: ({ locked }) => (
        <span className={locked === null || /^0*(\.0*)?$/.test(locked) ? 'text-faint' : undefined}>
          <Exact amount={locked} text={formatHeld(locked)} />
        </span>
      ),
    },
    {
      id: 'total',
      title: t('columns.total'),
      width: 'minmax(104px,0.9fr)',
      isNumber: true,
      sortAmount: ({ total }) => total,
      csv: ({ total }) => total,
      cell: (line) => (
        <>
          {line.hasDrift && <DriftMark line={line} onDrift={context.onDrift} />}
          <span className="text-strong">
            <Exact amount={line.total} text={formatHeld(line.total)} />
          </span>
        </>
      ),
    },
    {
      id: 'price',
      title: t('columns.price'),
      hint: t('hints.price', { currency }),
      width: 'minmax(108px,0.8fr)',
      isNumber: true,
      isFirstOfGroup: true,
      sortAmount: ({ price }) => price,
      csv: ({ price }) => price,
      csvTitle: `price_${currency}`,
      cell: (line) => <Price line={line} />,
    },
    {
      id: 'value',
      title: t('columns.value', { currency }),
      width: 'minmax(96px,0.9fr)',
      isNumber: true,
      sortAmount: ({ value }) => value,
      csv: ({ value }) => value,
      csvTitle: `value_${currency}`,
      cell: ({ value, unpriced, group }) => (
        <>
          <span className="font-semibold text-strong">
            <Exact amount={value} text={formatMoney(value, currency)} />
          </span>
          {group !== null && value !== null && <LeavesOut what={unpriced} why="price" />}
        </>
      ),
    },
    {
      id: 'share',
      title: t('columns.share'),
      hint: t('hints.share'),
      width: '58px',
      isNumber: true,
      className: 'text-muted',
      sortAmount: ({ value }) => value,
      cell: ({ value }) => formatShare(percentOf(value, all)),
    },
    {
      id: 'changeSinceMidnight',
      title: t('columns.change'),
      hint: t('hints.change', { currency }),
      width: 'minmax(104px,0.9fr)',
      isNumber: true,
      sortAmount: ({ changeValue }) => changeValue,
      csv: ({ change }) => change,
      cell: ({ change, changeValue, asset, group, unknownChange }) => (
        <span title={change === null ? t('cells.changeUnknown') : `${change} ${asset ?? ''}`}>
          <Signed
            amount={changeValue}
            text={changeValue === null ? absent : formatSignedMoney(changeValue, currency)}
          />
          {group !== null && changeValue !== null && <LeavesOut what={unknownChange} why="change" />}
        </span>
      ),
    },
    {
      id: 'truth',
      title: t('columns.truth'),
      hint: t('hints.truth'),
      width: '78px',
      isFirstOfGroup: true,
      className: 'small',
      sortValue: ({ truth }) => truthCode[truth],
      csv: ({ truth }) => truth,
      cell: ({ truth, truthReason }) => <TruthMark truth={truth} reason={truthReason} always />,
    },
    {
      id: 'updatedAt',
      title: t('columns.updatedAt'),
      hint: t('hints.updatedAt'),
      width: '58px',
      isNumber: true,
      className: 'small',
      sortValue: ({ updatedAt }) => updatedAt,
      csv: ({ updatedAt }) => csvTime(updatedAt),
      cell: ({ updatedAt }) => (
        <span className="text-muted" title={formatDateTime(updatedAt)}>
          {formatAge(now - updatedAt)}
        </span>
      ),
    },
  ]
}

function DriftMark({ line, onDrift }: { readonly line: BalanceLine; onDrift(line: BalanceLine): void }) {
  return (
    <button
      type="button"
      tabIndex={-1}
      className="float-left rounded-sm bg-warnwash px-1 text-2xs leading-4 text-warn hover:underline my-1.5"
      title={t('drift.hint')}
      aria-label={t('drift.open')}
      data-testid="drift-mark"
      onClick={() => onDrift(line)}
    >
      {t('drift.mark')}
    </button>
  )
}

function Price({ line: { price, priceState, group, asset } }: { readonly line: BalanceLine }) {
  if (group !== null && asset === null) return <span className="text-faint">{absent}</span>
  if (priceState === 'missing') return <span className="text-warn">{t('cells.noPrice')}</span>
  return (
    <span className={classes(priceState === 'stale' && 'text-warn', priceState === 'self' && 'text-faint')}>
      {priceState === 'stale' && (
        <span className="mr-1 text-2xs" title={t('cells.oldPriceWhy')}>
          {t('cells.oldPrice')}
        </span>
      )}
      <Exact amount={price} text={formatPriceText(price, 7)} />
    </span>
  )
}
