/** The account in Bybit's words: rows that private REST replies and pushes share. Amounts are exact text. */
import { Amount, amountText, isZeroAmount, negateAmount, sumAmounts } from '../../../../shared/amount.ts'
import { isFinalStatus, type TransferStatus } from '../../../../shared/domain/index.ts'
import type {
  SimAccount,
  SimApiKey,
  SimBalance,
  SimFill,
  SimFunding,
  SimOrder,
  SimPositionView,
  SimTransfer,
  SimWallet,
} from '../../account/contract.ts'
import type { Frames } from './frames.ts'
import type { Row } from './replies.ts'

export type PrivateRows = ReturnType<typeof createPrivateRows>

const noTime = '1970-01-01T00:00:00Z'
const accountTypes: Readonly<Record<SimWallet, string>> = { spot: 'UNIFIED', futures: 'CONTRACT', funding: 'FUND' }
const depositStatus: Readonly<Record<TransferStatus, number>> = {
  pending: 1,
  completed: 3,
  failed: 4,
  cancelled: 4,
  refunded: 70_011,
}
const internalDepositStatus: Readonly<Record<TransferStatus, number>> = {
  pending: 1,
  completed: 2,
  failed: 3,
  cancelled: 3,
  refunded: 3,
}
const withdrawalStatus: Readonly<Record<TransferStatus, string>> = {
  pending: 'Pending',
  completed: 'success',
  failed: 'Fail',
  cancelled: 'CancelByUser',
  refunded: 'Reject',
}
const moveStatus: Readonly<Record<TransferStatus, string>> = {
  pending: 'PENDING',
  completed: 'SUCCESS',
  failed: 'FAILED',
  cancelled: 'FAILED',
  refunded: 'FAILED',
}

export function createPrivateRows(frames: Frames, account: SimAccount) {
  const sideOf = (side: 'BUY' | 'SELL') => (side === 'BUY' ? 'Buy' : 'Sell')
  const categoryOf = ({ kind }: SimOrder['instrument']) => (kind === 'spot' ? 'spot' : 'linear')

  const coin = ({ asset, total, locked }: SimBalance): Row => {
    const unrealised = sumAmounts(
      account
        .positions()
        .flatMap(({ instrument, unrealisedPnl }) => (instrument.quote === asset ? [unrealisedPnl] : [])),
    )
    return {
      coin: asset,
      equity: sumAmounts([total, unrealised]),
      usdValue: total,
      walletBalance: total,
      availableToWithdraw: '',
      availableToBorrow: '',
      borrowAmount: '0',
      accruedInterest: '0',
      totalOrderIM: '0',
      totalPositionIM: '0',
      totalPositionMM: '0',
      unrealisedPnl: unrealised,
      cumRealisedPnl: '0',
      bonus: '0',
      collateralSwitch: true,
      marginCollateral: true,
      // The simulator does not tell spot orders' locks and margins apart.
      locked,
      spotHedgingQty: '0',
      spotBorrow: '0',
    }
  }

  /** The row of /account/wallet-balance and of topic `wallet`, with the coins given. */
  const wallet = (balances: readonly SimBalance[]): Row => {
    const total = sumAmounts(balances.map((balance) => balance.total))
    return {
      accountIMRate: '0',
      accountMMRate: '0',
      totalEquity: total,
      totalWalletBalance: total,
      totalMarginBalance: total,
      totalAvailableBalance: total,
      totalPerpUPL: '0',
      totalInitialMargin: '0',
      totalMaintenanceMargin: '0',
      coin: balances.map(coin),
      accountLTV: '0',
      accountType: 'UNIFIED',
    }
  }

  /** Bybit knows no expiry: what does not rest and was not filled was cancelled, of spot by another word where a part was filled. */
  function statusOf({ status, instrument, filledQuantity }: SimOrder): string {
    if (status === 'NEW') return 'New'
    if (status === 'PARTIALLY_FILLED') return 'PartiallyFilled'
    if (status === 'FILLED') return 'Filled'
    if (status === 'REJECTED') return 'Rejected'
    return instrument.kind === 'spot' && !isZeroAmount(filledQuantity) ? 'PartiallyFilledCanceled' : 'Cancelled'
  }

  const order = (of: SimOrder): Row => {
    const { instrument, status } = of
    const isOpen = !isFinalStatus(status)
    const isEmpty = isZeroAmount(of.filledQuantity)
    const average = isEmpty ? null : new Amount(of.filledQuote).div(of.filledQuantity).toSignificantDigits(16)
    return {
      orderId: of.id,
      orderLinkId: of.clientOrderId,
      blockTradeId: '',
      symbol: frames.nameOf(instrument),
      price: of.price ?? '0',
      qty: of.quantity,
      side: sideOf(of.side),
      isLeverage: instrument.kind === 'spot' ? '0' : '',
      positionIdx: 0,
      orderStatus: statusOf(of),
      createType: instrument.kind === 'spot' ? undefined : 'CreateByUser',
      cancelType: status === 'CANCELED' ? 'CancelByUser' : 'UNKNOWN',
      rejectReason: status === 'REJECTED' ? 'EC_PostOnlyWillTakeLiquidity' : 'EC_NoError',
      avgPrice: average === null ? '' : amountText(average),
      leavesQty: isOpen ? amountText(new Amount(of.quantity).minus(of.filledQuantity)) : '0',
      leavesValue: '0',
      cumExecQty: of.filledQuantity,
      cumExecValue: of.filledQuote,
      cumExecFee: of.fee,
      timeInForce: of.type === 'MARKET' ? 'IOC' : of.timeInForce === 'POST_ONLY' ? 'PostOnly' : of.timeInForce,
      orderType: of.type === 'MARKET' ? 'Market' : 'Limit',
      stopOrderType: '',
      triggerPrice: instrument.kind === 'spot' ? '0.00' : '',
      takeProfit: '',
      stopLoss: '',
      triggerDirection: 0,
      triggerBy: '',
      reduceOnly: of.reduceOnly,
      closeOnTrigger: false,
      marketUnit: of.type === 'MARKET' && instrument.kind === 'spot' ? 'baseCoin' : '',
      smpType: 'None',
      smpGroup: 0,
      smpOrderId: '',
      createdTime: String(of.createdAt),
      updatedTime: String(of.updatedAt),
      cumFeeDetail: isEmpty ? {} : { [of.feeAsset]: of.fee },
    }
  }

  /** REST does not tell what a trade realised, and of linear contracts not what the fee is in. */
  const execution = (of: SimFill): Row => {
    const { instrument, order: by } = of
    return {
      symbol: frames.nameOf(instrument),
      orderId: by.id,
      orderLinkId: by.clientOrderId,
      side: sideOf(of.side),
      orderPrice: by.price ?? '0',
      orderQty: by.quantity,
      leavesQty: amountText(new Amount(by.quantity).minus(by.filledQuantity)),
      orderType: by.type === 'MARKET' ? 'Market' : 'Limit',
      stopOrderType: instrument.kind === 'spot' ? '' : 'UNKNOWN',
      execFee: of.fee,
      feeCurrency: instrument.kind === 'spot' ? of.feeAsset : '',
      execId: of.tradeId,
      execPrice: of.price,
      execQty: of.quantity,
      execType: 'Trade',
      execValue: of.quoteQuantity,
      execTime: String(of.at),
      isMaker: of.isMaker,
      feeRate: account.rules.fees[instrument.kind][of.isMaker ? 'maker' : 'taker'],
      markPrice: instrument.kind === 'spot' ? '' : of.price,
      blockTradeId: '',
      closedSize: '',
      extraFees: '',
      seq: of.number,
    }
  }

  /** A payment of funding stands among the executions, its sign the other way round. */
  const fundingExecution = (of: SimFunding): Row => ({
    symbol: frames.nameOf(of.instrument),
    orderId: `${of.at}-8-${of.number}`,
    orderLinkId: '',
    side: of.quantity.startsWith('-') ? 'Sell' : 'Buy',
    orderPrice: '0',
    orderQty: '0',
    leavesQty: '0',
    orderType: 'UNKNOWN',
    stopOrderType: 'UNKNOWN',
    execFee: negateAmount(of.amount),
    feeCurrency: '',
    execId: of.id,
    execPrice: of.markPrice,
    execQty: amountText(new Amount(of.quantity).abs()),
    execType: 'Funding',
    execValue: '0',
    execTime: String(of.at),
    isMaker: false,
    feeRate: of.rate,
    markPrice: of.markPrice,
    closedSize: '',
    extraFees: '',
    seq: of.number,
  })

  const logRow = (of: SimFill | SimFunding, total: string): Row => {
    const isFunding = 'amount' in of
    const name = frames.nameOf(of.instrument)
    const cashFlow = isFunding ? '0' : of.realisedPnl
    const fee = isFunding ? '0' : of.fee
    const funding = isFunding ? of.amount : ''
    return {
      transSubType: '',
      id: `${account.userId}_${name}_${of.number}`,
      symbol: name,
      category: categoryOf(of.instrument),
      side: isFunding ? (of.quantity.startsWith('-') ? 'Sell' : 'Buy') : sideOf(of.side),
      transactionTime: String(of.at),
      type: isFunding ? 'SETTLEMENT' : 'TRADE',
      qty: amountText(new Amount(of.quantity).abs()),
      size: '0',
      currency: of.instrument.quote,
      tradePrice: isFunding ? of.markPrice : of.price,
      funding,
      fee,
      cashFlow,
      change: sumAmounts([cashFlow, funding || '0', negateAmount(fee)]),
      cashBalance: total,
      feeRate: isFunding ? of.rate : '',
      bonusChange: '',
      tradeId: isFunding ? of.id : of.tradeId,
      orderId: isFunding ? '' : of.order.id,
      orderLinkId: isFunding ? '' : of.order.clientOrderId,
      extraFees: '',
    }
  }

  /** Topic `position` calls avgPrice entryPrice. */
  const position = (of: SimPositionView, priceName: 'avgPrice' | 'entryPrice'): Row => {
    const isClosed = isZeroAmount(of.quantity)
    const isShort = of.quantity.startsWith('-')
    return {
      positionIdx: 0,
      tradeMode: 0,
      riskId: 1,
      riskLimitValue: '2000000',
      symbol: frames.nameOf(of.instrument),
      side: isClosed ? '' : isShort ? 'Sell' : 'Buy',
      size: amountText(new Amount(of.quantity).abs()),
      [priceName]: isClosed ? '0' : of.entryPrice,
      leverage: of.leverage,
      positionValue: amountText(new Amount(of.quantity).times(of.markPrice).abs()),
      positionBalance: '0',
      markPrice: of.markPrice,
      liqPrice: isClosed || isZeroAmount(of.liquidationPrice) ? '' : of.liquidationPrice,
      bustPrice: '',
      unrealisedPnl: of.unrealisedPnl,
      curRealisedPnl: of.realisedPnl,
      cumRealisedPnl: of.realisedPnl,
      positionStatus: 'Normal',
      autoAddMargin: 0,
      adlRankIndicator: 0,
      createdTime: String(of.updatedAt),
      updatedTime: String(of.updatedAt),
      seq: of.updatedAt,
      isReduceOnly: false,
    }
  }

  const key = ({ key: name, canTrade, canWithdraw, ipAddresses, expiresAt, lacks }: SimApiKey): Row => ({
    id: '13770661',
    note: 'simulated',
    apiKey: name,
    readOnly: canTrade || canWithdraw ? 0 : 1,
    secret: '',
    permissions: {
      ContractTrade: ['Order', 'Position'],
      Spot: ['SpotTrade'],
      Wallet: ['AccountTransfer', ...(canWithdraw ? ['Withdraw'] : [])],
      Options: [],
      Derivatives: ['DerivativesTrade'],
      CopyTrading: [],
      BlockTrade: [],
      Exchange: [],
      NFT: [],
      Affiliate: [],
      Earn: [],
    },
    ips: ipAddresses.length === 0 ? ['*'] : ipAddresses,
    type: 1,
    deadlineDay: expiresAt === null ? -2 : 90,
    expiredAt: expiresAt === null ? noTime : new Date(expiresAt).toISOString(),
    createdAt: '2025-10-13T03:20:45Z',
    unified: 0,
    uta: 1,
    userID: Number(account.userId),
    // Of a sub-account, a key that lacks it.
    isMaster: !lacks?.includes('Master'),
    parentUid: '0',
  })

  return {
    wallet,
    order,
    execution,
    fundingExecution,
    logRow,
    position,
    key,
    categoryOf,
    isOpen: ({ status }: SimOrder) => !isFinalStatus(status),

    /** What only the stream tells. */
    executionPush: (of: SimFill): Row => ({
      category: categoryOf(of.instrument),
      ...execution(of),
      execPnl: of.realisedPnl,
      feeCurrency: of.feeAsset,
      isLeverage: '0',
      marketUnit: '',
    }),

    deposit: (of: SimTransfer): Row => ({
      coin: of.asset,
      chain: of.network,
      amount: of.amount,
      txID: of.transactionId,
      status: depositStatus[of.status],
      toAddress: of.address,
      tag: '',
      depositFee: '',
      // What stands here while a deposit is under way is not documented.
      successAt: String(of.createdAt),
      confirmations: '50',
      txIndex: '0',
      blockHash: '',
      batchReleaseLimit: '-1',
      depositType: '0',
      fromAddress: '',
      id: of.id,
    }),

    internalDeposit: (of: SimTransfer): Row => ({
      id: of.id,
      type: 1,
      coin: of.asset,
      amount: of.amount,
      status: internalDepositStatus[of.status],
      address: 'xxxxx***@example.com',
      createdTime: String(Math.floor(of.createdAt / 1_000)),
      txID: of.transactionId,
    }),

    withdrawal: (of: SimTransfer): Row => ({
      coin: of.asset,
      chain: of.network,
      amount: of.amount,
      txID: of.transactionId,
      status: withdrawalStatus[of.status],
      toAddress: of.address,
      tag: '',
      withdrawFee: of.fee,
      createTime: String(of.createdAt),
      updateTime: String(of.updatedAt),
      withdrawId: of.id,
      withdrawType: 0,
    }),

    walletMove: (of: SimTransfer): Row => ({
      transferId: of.id,
      coin: of.asset,
      amount: of.amount,
      fromAccountType: accountTypes[of.fromWallet ?? 'funding'],
      toAccountType: accountTypes[of.toWallet ?? 'funding'],
      timestamp: String(of.createdAt),
      status: moveStatus[of.status],
    }),
  }
}
