/**
 * The account in OKX's words: rows that private REST replies and pushes share. Amounts are exact text, swap sizes count contracts.
 * Transfers, bills and the key stand in ledger-rows.ts.
 */
import { Amount, amountText, isZeroAmount, negateAmount, sumAmounts } from '../../../../shared/amount.ts'
import { type EpochMs, isFinalStatus } from '../../../../shared/domain/index.ts'
import type { SimAccount, SimBalance, SimFill, SimOrder, SimPosition, SimPositionView } from '../../account/contract.ts'
import type { Frames, Row } from './frames.ts'
import { contracts, createLedgerRows, execType } from './ledger-rows.ts'

/** A fill's bill has an id of its own series: nobody compares it with those of account/bills. */
const fillBillIdsFrom = 317_000_000_000_000_000n

export type PrivateRows = ReturnType<typeof createPrivateRows>

export function createPrivateRows(frames: Frames, account: SimAccount) {
  const time = (at: EpochMs) => String(at)
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

  return {
    ...createLedgerRows(frames, account),
    accountRow,
    order,
    orderPush,
    fill,
    fillBillId,
    position,
    positionId,
    isOpen: ({ status }: SimOrder) => !isFinalStatus(status),
  }
}
