/** Transfers, bills and the key itself in OKX's words; orders, fills, positions and balances stand in private-rows.ts. */
import { Amount, amountText } from '../../../../shared/amount.ts'
import type { EpochMs, TransferStatus } from '../../../../shared/domain/index.ts'
import type { SimAccount, SimApiKey, SimFill, SimLedgerEntry, SimTransfer } from '../../account/contract.ts'
import type { SimInstrument } from '../../venue.ts'
import type { Frames, Row } from './frames.ts'

/** Ids of bills ascend over everything. */
const billIdsFrom = 623_000_000_000_000_000n

/** OKX's codes of `from` and `to`. */
const walletCodes = { funding: '6', spot: '18', futures: '18' } as const

const depositStates: Readonly<Record<TransferStatus, string>> = {
  pending: '0',
  completed: '2',
  failed: '11',
  cancelled: '11',
  refunded: '11',
}
const withdrawalStates: Readonly<Record<TransferStatus, string>> = {
  pending: '0',
  completed: '2',
  failed: '-1',
  cancelled: '-2',
  refunded: '-1',
}

/** Swap sizes count contracts; quantities are whole lots of them, so that this is exact. */
export const contracts = (instrument: SimInstrument, quantity: string): string =>
  instrument.kind === 'perpetual' ? amountText(new Amount(quantity).div(new Amount(instrument.contractSize))) : quantity

export const execType = ({ isMaker }: SimFill): string => (isMaker ? 'M' : 'T')

export function createLedgerRows(frames: Frames, account: SimAccount) {
  const time = (at: EpochMs) => String(at)
  const chainOf = ({ asset, network }: SimTransfer) => (network === '' ? '' : `${asset}-${network}`)

  const deposit = (of: SimTransfer): Row => ({
    actualDepBlkConfirm: of.status === 'completed' ? '2' : '0',
    amt: of.amount,
    areaCodeFrom: '',
    ccy: of.asset,
    chain: chainOf(of),
    depId: of.id,
    from: '',
    fromWdId: '',
    state: depositStates[of.status],
    to: of.address,
    ts: time(of.createdAt),
    txId: of.transactionId,
  })

  const withdrawal = (of: SimTransfer): Row => ({
    addrEx: null,
    amt: of.amount,
    areaCodeFrom: '',
    areaCodeTo: '',
    ccy: of.asset,
    chain: chainOf(of),
    clientId: '',
    fee: of.fee,
    feeCcy: of.asset,
    from: '',
    memo: '',
    nonTradableAsset: false,
    note: '',
    pmtId: '',
    state: withdrawalStates[of.status],
    tag: '',
    to: of.address,
    toAddrType: '1',
    ts: time(of.createdAt),
    txId: of.transactionId,
    wdId: of.id,
  })

  const billId = ({ number }: SimLedgerEntry) => String(billIdsFrom + BigInt(number))

  /** type and subType: 1 transfer (11 in, 12 out), 2 trade (1 buy, 2 sell), 8 funding fee (173 paid, 174 received). */
  function billTypeOf({ reason, change, fill: of }: SimLedgerEntry): readonly [type: string, subType: string] {
    const isIn = !change.startsWith('-')
    if (reason === 'internal') return ['1', isIn ? '11' : '12']
    if (reason === 'funding') return ['8', isIn ? '174' : '173']
    return ['2', of?.side === 'SELL' ? '2' : '1']
  }

  function bill(entry: SimLedgerEntry): Row {
    const [type, subType] = billTypeOf(entry)
    const { transfer, instrument, fill: of, funding } = entry
    return {
      bal: entry.total,
      balChg: entry.change,
      billId: billId(entry),
      ccy: entry.asset,
      clOrdId: of?.order.clientOrderId ?? '',
      execType: of ? execType(of) : '',
      fee: entry.reason === 'fee' ? entry.change : '0',
      fillTime: of ? time(of.at) : '',
      from: transfer?.fromWallet ? walletCodes[transfer.fromWallet] : '',
      instId: instrument ? frames.instId(instrument) : '',
      instType: instrument ? frames.instType(instrument) : '',
      interest: '0',
      mgnMode: instrument?.kind === 'perpetual' ? 'cross' : '',
      notes: '',
      ordId: entry.order?.id ?? '',
      pnl: funding?.amount ?? '0',
      posBal: '0',
      posBalChg: '0',
      px: of?.price ?? funding?.markPrice ?? '',
      subType,
      sz: of && instrument ? contracts(instrument, of.quantity) : entry.change,
      tag: '',
      to: transfer?.toWallet ? walletCodes[transfer.toWallet] : '',
      tradeId: of?.tradeId ?? '0',
      ts: time(entry.at),
      type,
    }
  }

  /** Of the funding wallet. Types: 1 deposit, 2 withdrawal, 130 and 131 from and to the trading account. */
  function fundingBill(entry: SimLedgerEntry): Row {
    const ofMove = entry.change.startsWith('-') ? '131' : '130'
    return {
      bal: entry.total,
      balChg: entry.change,
      billId: billId(entry),
      ccy: entry.asset,
      clientId: '',
      notes: '',
      ts: time(entry.at),
      type: entry.reason === 'internal' ? ofMove : entry.reason === 'deposit' ? '1' : '2',
    }
  }

  const config = (key: SimApiKey): Row => ({
    acctLv: '2',
    acctStpMode: 'cancel_maker',
    autoLoan: false,
    enableSpotBorrow: false,
    ip: key.ipAddresses.join(','),
    kycLv: '3',
    label: 'simulated',
    level: 'Lv1',
    levelTmp: '',
    mainUid: account.userId,
    perm: ['read_only', ...(key.canTrade ? ['trade'] : []), ...(key.canWithdraw ? ['withdraw'] : [])].join(','),
    posMode: 'net_mode',
    roleType: '0',
    type: '0',
    uid: account.userId,
  })

  return { deposit, withdrawal, bill, billId, billTypeOf, fundingBill, config }
}
