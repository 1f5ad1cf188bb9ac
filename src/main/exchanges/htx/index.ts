/** HTX (formerly Huobi): spot and USDT-margined perpetual swaps, two APIs of one dialect. Docs: https://www.htx.com/en-us/opend/ */
import type { RestCall } from '../../net/rest.ts'
import type { Connector, Maintenance } from '../contract.ts'
import { quirks, unverified } from './about.ts'
import { htxAccount } from './account.ts'
import { assetNetworks } from './assets.ts'
import { spotBookRules, swapBookRules } from './depth.ts'
import { dialect } from './dialect.ts'
import { fees, pools, spotRestOrigin, spotStreamOrigin, swapRestOrigin, swapStreamOrigin, urls } from './endpoints.ts'
import { fundingRates, settledRates } from './funding-rates.ts'
import { instruments } from './instruments.ts'
import { klines, klinesPerCall } from './klines.ts'
import { createNormalizer } from './normalize.ts'
import { MarketStatusReply, TimeReply } from './schemas.ts'
import { feeds, route } from './subscribe.ts'

export const htx: Connector = {
  exchange: 'htx',
  title: 'HTX',
  kinds: ['spot', 'perpetual'],
  origins: [spotRestOrigin, swapRestOrigin, spotStreamOrigin, swapStreamOrigin],
  fees,
  quirks,
  unverified,
  account: htxAccount,
  feeds,
  route,
  createNormalizer,
  samplesCandles: true,
  bookRules: (kind) => (kind === 'spot' ? spotBookRules : swapBookRules),
  dialect,
  pools,
  serverTime: () => ({
    url: urls.time,
    query: [],
    pool: 'spot-public',
    weight: 1,
    parse(body) {
      const reply = TimeReply.safeParse(body)
      return reply.success && reply.data.data > 0
        ? { ok: true, value: reply.data.data }
        : { ok: false, problem: `data is no time: ${JSON.stringify(body).slice(0, 200)}` }
    },
  }),
  maintenance,
  instruments,
  klinesPerCall,
  klines,
  fundingRates,
  settledRates,
  assetNetworks,
}

const normal = 1

/**
 * GET /v2/market-status, of spot.
 *
 * In      {"code":200,"data":{"marketStatus":2,"haltStartTime":1704067200000,"haltEndTime":1704070800000,"haltReason":2}}
 * Out     one while the market is halted (2) or takes cancellations only (3); times may be absent
 * Source  spot "Get Market Status"
 */
function maintenance(): RestCall<readonly Maintenance[]> {
  return {
    url: urls.marketStatus,
    query: [],
    pool: 'spot-public',
    weight: 1,
    parse(body) {
      const reply = MarketStatusReply.safeParse(body)
      if (!reply.success) return { ok: false, problem: `market status: ${reply.error.issues[0]?.message}` }
      const { marketStatus, haltStartTime, haltEndTime, haltReason } = reply.data.data
      if (marketStatus === normal) return { ok: true, value: [] }
      const title = haltReason === 1 ? 'emergency maintenance' : 'scheduled maintenance'
      return {
        ok: true,
        value: [{ title, from: timeOrNull(haltStartTime), until: timeOrNull(haltEndTime), isOngoing: true }],
      }
    },
  }
}

const timeOrNull = (value: number | null | undefined): number | null =>
  value !== null && value !== undefined && value > 0 ? value : null
