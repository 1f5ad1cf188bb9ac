/** The account in OKX's words: rows that private REST replies and pushes share. Amounts are exact text, swap sizes count contracts. */
import { Amount, amountText, isZeroAmount, negateAmount, sumAmounts } from '../../../../shared/amount.ts'
import { type EpochMs, isFinalStatus, type TransferStatus } from '../../../../shared/domain/index.ts'
import type {
  SimAccount,
  SimApiKey,
  SimBalance,
  SimFill,
  SimLedgerEntry,
  SimOrder,
  SimPosition,
  SimPositionView,
  SimTransfer,
} from '../../account/contract.ts'
import type { SimInstrument } from '../../venue.ts'
import type { Frames, Row } from './frames.ts'

/** Ids of bills ascend over everything; a fill's is of its own series, as nobody compares the two. */
const billIdsFrom = 623_000_000_000_000_000n
const fillBillIdsFrom = 317_000_000_000_000_000n

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

export type PrivateRows = ReturnType<typeof createPrivateRows>

export function createPrivateRows(frames: Frames, account: SimAccount) {
  const time = (at: EpochMs) => String(at)
  const contracts = (instrument: SimInstrument, quantity: string): string =>
    instrument.kind === 'perpetual'
      ? amountText(new Amount(quantity).div(new Amount(instrument.contractSize)))
      : quantity

  const unrealisedOf = (asset: string): string =>
    sumAmounts(
      account
        .positions()
        .filter(({ instrument }) => instrument.quote === asset)
        .map(({ unrealisedPnl }) => unrealisedPnl),
    )

  function balanceDetail({ asset, free, locked, total, updatedAt }: SimBalance): Row {
    const upl = unrealisedOf(asset)
    const equity = sumAmounts([total, upl])
    return {
      availBal: free,
      availEq: free,
      cashBal: total,
      ccy: asset,
      crossLiab: '',
      disEq: equity,
      eq: equity,
      eqUsd: equity,
      fixedBal: '0',
      frozenBal: locked,
      interest: '',
      isoEq: '0',
      isoLiab: '',
      isoUpl: '0',
      liab: '',
      maxLoan: '',
      mgnRatio: '',
      notionalLever: '',
      ordFrozen: locked,
      twap: '0',
      uTime: time(updatedAt),
      upl,
      uplLiab: '',
    }
  }

  /** The row of /account/balance and of channel `account`, with the currencies given. */
  const accountRow = (balances: readonly SimBalance[]): Row => ({
    adjEq: '',
    borrowFroz: '',
    details: balances.map(balanceDetail),
    imr: '',
    isoEq: '0',
    mgnRatio: '',
    mmr: '',
    notionalUsd: '',
    ordFroz: '',
    totalEq: sumAmounts(balances.map(({ total }) => total)),
    uTime: time(account.now()),
    upl: '',
  })

  function orderType({ type, timeInForce }: SimOrder): string {
    if (type === 'MARKET') return 'market'
    return { GTC: 'limit', IOC: 'ioc', FOK: 'fok', POST_ONLY: 'post_only' }[timeInForce]
  }

  /** OKX knows no rejected and no expired order: the order was cancelled, and a code says by whom or why. */
  function cancelSourceOf({ status, timeInForce }: SimOrder): readonly [code: string, reason: string] {
    if (status === 'CANCELED') return ['1', 'Order canceled by user']
    if (status === 'REJECTED' && timeInForce === 'POST_ONLY')
      return ['31', 'The post-only order will take liquidity in taker orders']
    if (status === 'EXPIRED' && timeInForce === 'IOC') return ['14', 'Order canceled: IOC order was partially filled']
    if (status === 'EXPIRED' && timeInForce === 'FOK') return ['13', 'Order canceled: FOK order was not fully filled']
    return status === 'REJECTED' || status === 'EXPIRED' ? ['0', 'Order canceled by system'] : ['', '']
  }

  function stateOf({ status }: SimOrder): string {
    if (status === 'NEW') return 'live'
    if (status === 'PARTIALLY_FILLED') return 'partially_filled'
    return status === 'FILLED' ? 'filled' : 'canceled'
  }

  /** `fill`: the order's last one. */
  function order(of: SimOrder, fill: SimFill | null): Row {
    const { instrument } = of
    const isSwap = instrument.kind === 'perpetual'
    const [cancelSource, cancelSourceReason] = cancelSourceOf(of)
    const average = new Amount(of.filledQuote).div(of.filledQuantity)
    return {
      accFillSz: contracts(instrument, of.filledQuantity),
      algoClOrdId: '',
      algoId: '',
      attachAlgoClOrdId: '',
      attachAlgoOrds: [],
      avgPx: isZeroAmount(of.filledQuantity) ? '' : amountText(average.toSignificantDigits(16)),
      cTime: time(of.createdAt),
      cancelSource,
      cancelSourceReason,
      category: 'normal',
      ccy: '',
      clOrdId: of.clientOrderId,
      fee: negateAmount(of.fee),
      feeCcy: of.feeAsset,
      fillPx: fill?.price ?? '',
      fillSz: fill ? contracts(instrument, fill.quantity) : '0',
      fillTime: fill ? time(fill.at) : '',
      instId: frames.instId(instrument),
      instType: frames.instType(instrument),
      isTpLimit: 'false',
      lever: isSwap ? '10' : '',
      linkedAlgoOrd: { algoId: '' },
      ordId: of.id,
      ordType: orderType(of),
      pnl: fill?.realisedPnl ?? '0',
      posSide: isSwap ? 'net' : '',
      px: of.price ?? '',
      pxType: '',
      pxUsd: '',
      pxVol: '',
      quickMgnType: '',
      rebate: '0',
      rebateCcy: instrument.quote,
      reduceOnly: String(of.reduceOnly),
      side: of.side === 'BUY' ? 'buy' : 'sell',
      slOrdPx: '',
      slTriggerPx: '',
      slTriggerPxType: '',
      source: '',
      state: stateOf(of),
      stpId: '',
      stpMode: 'cancel_maker',
      sz: contracts(instrument, of.quantity),
      tag: '',
      tdMode: isSwap ? 'cross' : 'cash',
      tgtCcy: of.type === 'MARKET' && !isSwap ? 'base_ccy' : '',
      tpOrdPx: '',
      tpTriggerPx: '',
      tpTriggerPxType: '',
      tradeId: fill?.tradeId ?? '',
      tradeQuoteCcy: isSwap ? '' : instrument.quote,
      uTime: time(of.updatedAt),
    }
  }

  /** An element of channel `orders`: with the fill that it tells of, which others than fills do not repeat. */
  const orderPush = (of: SimOrder, fill: SimFill | null): Row => ({
    ...order(of, fill),
    amendResult: '',
    amendSource: '',
    code: '0',
    execType: fill ? execType(fill) : '',
    fillFee: fill ? negateAmount(fill.fee) : '0',
    fillFeeCcy: fill?.feeAsset ?? '',
    fillNotionalUsd: fill?.quoteQuantity ?? '',
    fillPnl: fill?.realisedPnl ?? '0',
    lastPx: fill?.price ?? of.price ?? '',
    msg: '',
    notionalUsd: of.filledQuote,
    reqId: '',
  })

  const execType = ({ isMaker }: SimFill) => (isMaker ? 'M' : 'T')
  const fillBillId = ({ number }: SimFill) => String(fillBillIdsFrom + BigInt(number))

  const fill = (of: SimFill): Row => ({
    billId: fillBillId(of),
    clOrdId: of.order.clientOrderId,
    execType: execType(of),
    fee: negateAmount(of.fee),
    feeCcy: of.feeAsset,
    feeRate: '',
    fillFwdPx: '',
    fillIdxPx: of.price,
    fillMarkPx: '',
    fillMarkVol: '',
    fillPnl: of.realisedPnl,
    fillPx: of.price,
    fillPxUsd: '',
    fillPxVol: '',
    fillSz: contracts(of.instrument, of.quantity),
    fillTime: time(of.at),
    instId: frames.instId(of.instrument),
    instType: frames.instType(of.instrument),
    ordId: of.order.id,
    posSide: of.instrument.kind === 'perpetual' ? 'net' : '',
    side: of.side === 'BUY' ? 'buy' : 'sell',
    subType: of.side === 'BUY' ? '1' : '2',
    tag: '',
    tradeId: of.tradeId,
    tradeQuoteCcy: of.instrument.quote,
    ts: time(of.at + 1),
  })

  const positionId = ({ instrument }: SimPosition) =>
    String(307_173_036_051_017_730n + BigInt(frames.codeOf(instrument)))

  const position = (of: SimPositionView): Row => {
    const isClosed = isZeroAmount(of.quantity)
    return {
      adl: '1',
      availPos: '',
      avgPx: isClosed ? '' : of.entryPrice,
      cTime: time(of.updatedAt),
      ccy: of.instrument.quote,
      fee: '0',
      fundingFee: '0',
      idxPx: of.markPrice,
      imr: '',
      instId: frames.instId(of.instrument),
      instType: 'SWAP',
      interest: '',
      last: of.markPrice,
      lever: of.leverage,
      liab: '',
      liabCcy: '',
      liqPx: isClosed || isZeroAmount(of.liquidationPrice) ? '' : of.liquidationPrice,
      margin: '',
      markPx: of.markPrice,
      mgnMode: 'cross',
      mgnRatio: '',
      mmr: '',
      notionalUsd: amountText(new Amount(of.quantity).times(of.markPrice).abs()),
      pos: contracts(of.instrument, of.quantity),
      posCcy: '',
      posId: positionId(of),
      posSide: 'net',
      realizedPnl: of.realisedPnl,
      tradeId: '',
      uTime: time(of.updatedAt),
      upl: of.unrealisedPnl,
      uplRatio: '',
    }
  }

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

  return {
    accountRow,
    order,
    orderPush,
    fill,
    fillBillId,
    position,
    positionId,
    deposit,
    withdrawal,
    bill,
    billId,
    billTypeOf,
    config,
    isOpen: ({ status }: SimOrder) => !isFinalStatus(status),
  }
}
