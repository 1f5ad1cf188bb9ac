/** The private REST endpoints: addresses, weights, parameters. Weights as documented; lists are asked for whole pages. */
import type { AccountFees, EpochMs, Instrument } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall, Sign } from '../../net/rest.ts'
import type { AccountConnectorOptions } from '../account-contract.ts'
import { readCommissionRate, readSpotRates, readTradeFees } from './account-fees.ts'
import { type PageBody, unreadable } from './account-lists.ts'
import type { RowContext } from './account-normalize.ts'
import { type ListCall, pageSize } from './account-paging.ts'
import {
  type Configs,
  readConfigs,
  readFillPage,
  readFuturesBalances,
  readOpenOrders,
  readOrder,
  readOrderPage,
  readPermissions,
  readPositions,
  readSpotBalances,
} from './account-replies.ts'
import { ExtendedBody, ListenKeyBody } from './account-schemas.ts'
import { readDepositPage, readFundingPage, readMovePage, readWithdrawalPage } from './account-transfers.ts'
import { readAssetNetworks } from './asset-networks.ts'
import { perpetualRest, spotRest } from './endpoints.ts'
import { ServerTimeBody } from './schemas.ts'
import { createKeySign, createSign } from './signing.ts'

type Query = RestCall<unknown>['query']

/** What a futures position update of the wallet is called in `income`; special payments come beside the regular ones. */
export const fundingIncomes = ['FUNDING_FEE', 'SPECIAL_FUNDING_FEE'] as const

/**
 * What `income` calls money that moves into or out of the futures wallet: by the owner, from or to other users and strategies, and
 * what is converted there, an asset against another.
 */
export const moveIncomes = [
  'TRANSFER',
  'INTERNAL_TRANSFER',
  'STRATEGY_UMFUTURES_TRANSFER',
  'COIN_SWAP_DEPOSIT',
  'COIN_SWAP_WITHDRAW',
  'AUTO_EXCHANGE',
] as const

export function createCalls({ account, credentials, lookup }: AccountConnectorOptions) {
  const sign: Sign = createSign(credentials)
  const keyOnly: Sign = createKeySign(credentials)
  /** Rows are received when they are read. */
  const context = (): RowContext => ({ account, lookup, receivedAt: Date.now() })

  const call = <T>(
    pool: string,
    weight: number,
    url: string,
    query: Query,
    parse: (body: unknown) => Parsed<T>,
  ): RestCall<T> => ({ url, query, pool, weight, sign, exactIntegers: true, parse })
  const spot = <T>(weight: number, path: string, query: Query, parse: (body: unknown) => Parsed<T>) =>
    call('spot', weight, `${spotRest}/api/v3/${path}`, query, parse)
  const futures = <T>(weight: number, path: string, query: Query, parse: (body: unknown) => Parsed<T>) =>
    call('perpetual', weight, `${perpetualRest}/fapi/${path}`, query, parse)
  const limit = ['limit', String(pageSize)] as const

  const ofSymbol = <T>(
    spotPath: string,
    spotWeight: number,
    futuresPath: string,
    futuresWeight: number,
    instrument: Instrument,
    parse: (body: unknown) => Parsed<PageBody<T>>,
  ): ListCall<T> => {
    const symbol = ['symbol', instrument.nativeName] as const
    return (parameters) =>
      instrument.kind === 'spot'
        ? spot(spotWeight, spotPath, [symbol, ...parameters, limit], parse)
        : futures(futuresWeight, futuresPath, [symbol, ...parameters, limit], parse)
  }
  const income =
    <T>(type: string, parse: (body: unknown) => Parsed<PageBody<T>>): ListCall<T> =>
    (parameters) =>
      futures(30, 'v1/income', [['incomeType', type], ...parameters, limit], parse)
  const listenKey = `${perpetualRest}/fapi/v1/listenKey`

  return {
    permissions: call('sapi-ip', 1, `${spotRest}/sapi/v1/account/apiRestrictions`, [], readPermissions),
    spotBalances: spot(20, 'account', [['omitZeroBalances', 'true']], (body) => readSpotBalances(body, context())),
    /** Without a symbol, since no list of symbols is sure to be whole: the dear form. */
    spotOpenOrders: spot(80, 'openOrders', [], (body) => readOpenOrders('spot', body, context())),
    futuresOpenOrders: futures(40, 'v1/openOrders', [], (body) => readOpenOrders('perpetual', body, context())),
    order(instrument: Instrument, id: string) {
      const query = [
        ['symbol', instrument.nativeName],
        ['orderId', id],
      ] as const
      const parse = (body: unknown) => readOrder(instrument, body, context())
      return instrument.kind === 'spot' ? spot(4, 'order', query, parse) : futures(1, 'v1/order', query, parse)
    },
    orders: (instrument: Instrument) =>
      ofSymbol('allOrders', 20, 'v1/allOrders', 5, instrument, (body) => readOrderPage(instrument, body, context())),
    fills: (instrument: Instrument) =>
      ofSymbol('myTrades', 20, 'v1/userTrades', 5, instrument, (body) => readFillPage(instrument, body, context())),

    assetNetworks: call('sapi-ip', 10, `${spotRest}/sapi/v1/capital/config/getall`, [], (body) =>
      readAssetNetworks(body, Date.now()),
    ),
    spotRates: spot(20, 'account', [['omitZeroBalances', 'true']], (body) => readSpotRates(body, context())),
    tradeFees: (usual: AccountFees) =>
      call('sapi-ip', 1, `${spotRest}/sapi/v1/asset/tradeFee`, [], (body) => readTradeFees(body, usual, context())),
    commissionRate: (instrument: Instrument) =>
      futures(20, 'v1/commissionRate', [['symbol', instrument.nativeName]], (body) =>
        readCommissionRate(body, instrument, context()),
      ),

    /** Asked to learn whether the key may see futures. */
    futuresConfig: futures(5, 'v1/accountConfig', [], (): Parsed<null> => ({ ok: true, value: null })),
    futuresBalances: futures(5, 'v3/balance', [], (body) => readFuturesBalances(body, context())),
    symbolConfigs: futures(5, 'v1/symbolConfig', [], readConfigs),
    positions: (configs: Configs) =>
      futures(5, 'v3/positionRisk', [], (body) => readPositions(body, configs, context())),
    funding: (type: (typeof fundingIncomes)[number]) => income(type, (body) => readFundingPage(body, context())),
    moves: (type: (typeof moveIncomes)[number]) => income(type, (body) => readMovePage(body, context())),

    deposits: ((parameters) =>
      call('sapi-ip', 1, `${spotRest}/sapi/v1/capital/deposit/hisrec`, [...parameters, limit], (body) =>
        readDepositPage(body, context()),
      )) satisfies ListCall<unknown>,
    /** A tenth of what an account may ask in a minute, each. */
    withdrawals: ((parameters) =>
      call('sapi-uid', 18_000, `${spotRest}/sapi/v1/capital/withdraw/history`, [...parameters, limit], (body) =>
        readWithdrawalPage(body, context()),
      )) satisfies ListCall<unknown>,

    /** An active one is extended and given again. */
    createListenKey: {
      method: 'POST',
      url: listenKey,
      query: [],
      pool: 'perpetual',
      weight: 1,
      sign: keyOnly,
      parse(body): Parsed<string> {
        const parsed = ListenKeyBody.safeParse(body)
        return parsed.success
          ? { ok: true, value: parsed.data.listenKey }
          : unreadable('listenKey', parsed.error.issues)
      },
    } satisfies RestCall<string>,
    /** Of whichever is active; the answer may name it. */
    extendListenKey: {
      method: 'PUT',
      url: listenKey,
      query: [],
      pool: 'perpetual',
      weight: 1,
      sign: keyOnly,
      parse(body): Parsed<string | null> {
        const parsed = ExtendedBody.safeParse(body)
        return parsed.success
          ? { ok: true, value: parsed.data.listenKey ?? null }
          : unreadable('listenKey', parsed.error.issues)
      },
    } satisfies RestCall<string | null>,
    futuresTime: {
      url: `${perpetualRest}/fapi/v1/time`,
      query: [],
      pool: 'perpetual',
      weight: 1,
      parse: readTime,
    } satisfies RestCall<EpochMs>,
    spotTime: {
      url: `${spotRest}/api/v3/time`,
      query: [],
      pool: 'spot',
      weight: 1,
      parse: readTime,
    } satisfies RestCall<EpochMs>,
  }
}

function readTime(body: unknown): Parsed<EpochMs> {
  const parsed = ServerTimeBody.safeParse(body)
  return parsed.success ? { ok: true, value: parsed.data.serverTime } : unreadable('time', parsed.error.issues)
}
