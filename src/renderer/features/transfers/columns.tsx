import type { Transfer } from '../../../shared/domain/index.ts'
import { transferKinds, walletTitles } from '../../format/account-words.ts'
import { formatHeld, signOf } from '../../format/amount.ts'
import { csvTime } from '../../format/csv.ts'
import { absent } from '../../format/number.ts'
import { formatDateTime, formatWhen } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { Copyable } from '../../ui/Copyable.tsx'
import { AccountName, TransferStatusMark } from '../../ui/marks.tsx'
import type { Column, FileColumn } from '../../ui/table.ts'

const t = textsOf('transfers')

/** Its sign tells the direction as seen from the account, besides the word. */
const directions: Readonly<Record<Transfer['kind'], { readonly sign: string; readonly className: string }>> = {
  deposit: { sign: '↓', className: 'text-up' },
  withdrawal: { sign: '↑', className: 'text-down' },
  internal: { sign: '⇄', className: 'text-muted' },
}

/** Of internal ones; null where this key cannot see the other side. */
const walletText = (wallet: Transfer['fromWallet']): string => (wallet === null ? t('outside') : walletTitles[wallet])

/** A list in pages has one order only, newest first: no column sorts. */
export function transferColumns(now: number, labelOf: (account: string) => string): readonly Column<Transfer>[] {
  return [
    {
      id: 'createdAt',
      title: t('columns.time'),
      width: '106px',
      className: 'small',
      cell: ({ createdAt }) => (
        <span className="text-muted" title={formatDateTime(createdAt)}>
          {formatWhen(createdAt, now)}
        </span>
      ),
    },
    {
      id: 'kind',
      title: t('columns.kind'),
      width: '96px',
      cell: ({ kind }) => (
        <>
          <span aria-hidden="true" className={directions[kind].className}>
            {directions[kind].sign}
          </span>{' '}
          {transferKinds[kind]}
        </>
      ),
    },
    {
      id: 'account',
      title: t('columns.account'),
      width: 'minmax(108px,1fr)',
      cell: ({ exchange, account }) => <AccountName exchange={exchange} label={labelOf(account)} />,
    },
    {
      id: 'amount',
      title: t('columns.amount'),
      hint: t('hints.amount'),
      width: 'minmax(120px,1fr)',
      isNumber: true,
      isFirstOfGroup: true,
      cell: ({ amount, asset }) => (
        <span title={`${amount} ${asset}`}>
          <span className="text-strong">{formatHeld(amount)}</span>{' '}
          <span className="inline-block w-9 text-left text-2xs text-muted">{asset}</span>
        </span>
      ),
    },
    {
      id: 'fee',
      title: t('columns.fee'),
      width: 'minmax(92px,0.8fr)',
      isNumber: true,
      cell: ({ fee, feeAsset }) =>
        fee === null || signOf(fee) === 0 ? (
          <span className="text-faint" title={fee === null ? t('hints.noFee') : `${fee} ${feeAsset ?? ''}`}>
            {fee === null ? absent : '0'}
          </span>
        ) : (
          <span title={`${fee} ${feeAsset ?? ''}`}>
            {formatHeld(fee)} <span className="text-2xs text-muted">{feeAsset ?? '?'}</span>
          </span>
        ),
    },
    {
      id: 'status',
      title: t('columns.status'),
      hint: t('hints.status'),
      width: '104px',
      isFirstOfGroup: true,
      cell: ({ status, exchangeStatus }) => <TransferStatusMark status={status} exchangeStatus={exchangeStatus} />,
    },
    {
      id: 'route',
      title: t('columns.route'),
      hint: t('hints.route'),
      width: 'minmax(120px,1fr)',
      cell: ({ kind, fromWallet, toWallet, network }) =>
        kind === 'internal' ? (
          <>
            {walletText(fromWallet)} <span className="text-muted">→</span> {walletText(toWallet)}
          </>
        ) : (
          <span className={network === null ? 'text-faint' : undefined} title={network ?? undefined}>
            {network ?? absent}
          </span>
        ),
    },
    {
      id: 'address',
      title: t('columns.address'),
      width: 'minmax(146px,1fr)',
      cell: ({ address }) => <Copyable text={address} what={t('ids.address')} />,
    },
    {
      id: 'transactionId',
      title: t('columns.transaction'),
      width: 'minmax(146px,1fr)',
      cell: ({ transactionId }) => <Copyable text={transactionId} what={t('ids.transaction')} />,
    },
    {
      id: 'updatedAt',
      title: t('columns.changed'),
      width: '106px',
      className: 'small',
      isFirstOfGroup: true,
      cell: ({ updatedAt }) => (
        <span className="text-muted" title={formatDateTime(updatedAt)}>
          {updatedAt === null ? absent : formatWhen(updatedAt, now)}
        </span>
      ),
    },
  ]
}

export const transferFile = (labelOf: (account: string) => string): readonly FileColumn<Transfer>[] => [
  { id: 'time', csv: ({ createdAt }) => csvTime(createdAt) },
  { id: 'kind', csv: ({ kind }) => kind },
  { id: 'exchange', csv: ({ exchange }) => exchange },
  { id: 'account', csv: ({ account }) => labelOf(account) },
  { id: 'asset', csv: ({ asset }) => asset },
  { id: 'amount', csv: ({ amount }) => amount },
  { id: 'fee', csv: ({ fee }) => fee },
  { id: 'fee_asset', csv: ({ feeAsset }) => feeAsset },
  { id: 'status', csv: ({ status }) => status },
  { id: 'exchange_status', csv: ({ exchangeStatus }) => exchangeStatus },
  { id: 'network', csv: ({ network }) => network },
  { id: 'address', csv: ({ address }) => address },
  { id: 'transaction_id', csv: ({ transactionId }) => transactionId },
  { id: 'from_wallet', csv: ({ fromWallet }) => fromWallet },
  { id: 'to_wallet', csv: ({ toWallet }) => toWallet },
  { id: 'transfer_id', csv: ({ transferId }) => transferId },
  { id: 'updated_at', csv: ({ updatedAt }) => csvTime(updatedAt) },
]
