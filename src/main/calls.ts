/** The contract's calls, answered from the hub's parts. */
import type { AppInfo, CallReply } from '../shared/contract.ts'
import { knownExchanges } from '../shared/domain/index.ts'
import type { NodeForPlugins, PluginStatus } from '../shared/plugins.ts'
import type { SettingsChange } from '../shared/settings.ts'
import { type AccountCallParts, createAccountHandlers } from './account-calls.ts'
import { type AlertCallParts, createAlertHandlers } from './alert-calls.ts'
import type { AlertLog } from './alerts.ts'
import type { Desk } from './analytics/desk.ts'
import { type AssetCallParts, createAssetHandlers } from './asset-calls.ts'
import { type BotCallParts, createBotHandlers } from './bot-calls.ts'
import { allQuotes, allSpreads, type Broadcaster } from './broadcaster.ts'
import { type CoinCallParts, createCoinHandlers } from './coin-calls.ts'
import type { Config } from './config.ts'
import { createDataHandlers, type DataCallParts } from './data-calls.ts'
import { connectorOf } from './exchanges/registry.ts'
import { CallError, type Handlers } from './handlers.ts'
import { createHistoryHandlers, type HistoryCallParts } from './history-calls.ts'
import { createLayoutHandlers, type LayoutCallParts } from './layout-calls.ts'
import type { Backfill } from './market/backfill.ts'
import type { InstrumentCatalog } from './market/catalog.ts'
import type { KlineHistory } from './market/history.ts'
import { createObservationHandlers, type ObservationCallParts } from './observation-calls.ts'
import type { ProgressBoard } from './progress.ts'
import type { Recorder } from './recorder.ts'
import { createSpreadHandlers, type SpreadCallParts } from './spread-calls.ts'
import type { Storage } from './storage/contract.ts'
import { createTruthHandlers, type TruthCallParts } from './truth-calls.ts'

/** The parts that calls read; those of one market's run are asked for anew each time, since the next run brings others. */
export interface CallParts
  extends AccountCallParts,
    AlertCallParts,
    DataCallParts,
    BotCallParts,
    TruthCallParts,
    AssetCallParts,
    ObservationCallParts,
    HistoryCallParts,
    CoinCallParts,
    LayoutCallParts,
    SpreadCallParts {
  readonly config: Config
  readonly broadcaster: Broadcaster
  readonly alerts: AlertLog
  readonly progress: ProgressBoard
  readonly desk: Desk
  info(): AppInfo
  connections(): CallReply<'connections.list'>
  catalog(): InstrumentCatalog
  history(): KlineHistory
  backfill(): Backfill
  recorder(): Recorder
  storage(): Storage | null
  updateSettings(changes: readonly SettingsChange[]): Promise<void>
  plugins(): readonly PluginStatus[]
  nodeForPlugins(): NodeForPlugins
}

export const createHandlers = (parts: CallParts): Handlers => ({
  ...createAccountHandlers(parts),
  ...createAlertHandlers(parts),
  ...createDataHandlers(parts),
  ...createBotHandlers(parts),
  ...createTruthHandlers(parts),
  ...createAssetHandlers(parts),
  ...createObservationHandlers(parts),
  ...createSpreadHandlers(parts),
  ...createHistoryHandlers(parts),
  ...createCoinHandlers(parts),
  ...createLayoutHandlers(parts),
  'app.info': () => parts.info(),
  'settings.get': () => ({
    settings: parts.config.settings,
    overridden: parts.config.overridden,
    standardFees: Object.fromEntries(knownExchanges().map((id) => [id, connectorOf(id).fees])),
    plugins: [...parts.plugins()],
    nodeForPlugins: parts.nodeForPlugins(),
    kinds: Object.fromEntries(knownExchanges().map((id) => [id, [...connectorOf(id).kinds]])),
  }),
  'settings.update': async ({ changes }) => {
    await parts.updateSettings(changes)
    return parts.config.settings
  },
  'instruments.search': ({ query, limit }) => [...parts.catalog().search(query, limit)],
  'instruments.watched': () => [...parts.desk.board.instruments],
  'quotes.snapshot': () => allQuotes(parts.desk.board),
  'spreads.pairs': () => [...parts.desk.spreads.pairs],
  'spreads.snapshot': () => allSpreads(parts.desk.spreads, parts.desk.board),
  'klines.list': async ({ instrument: key, period, before, limit }) => {
    const instrument = parts.catalog().get(key)
    if (!instrument) throw new CallError('badRequest', `no exchange lists "${key}"; keys look like binance:BTC_USDT`)
    const page = await parts.history().list(instrument, period, before, limit)
    if (page.problem !== null && page.klines.openTime.length === 0) throw new CallError('unavailable', page.problem)
    return page
  },
  'opportunities.list': async ({ before, limit }) => [...((await parts.storage()?.opportunities(before, limit)) ?? [])],
  'opportunities.live': () => [...parts.desk.liveOpportunities()],
  'alerts.list': () => [...parts.alerts.list()],
  'connections.list': () => parts.connections(),
  'recorder.status': () => parts.recorder().status(),
  'progress.list': () => [...parts.progress.list()],
  'progress.cancel': ({ id }) => {
    parts.backfill().cancel(id)
    parts.cancelData(id)
    return null
  },
  'view.set': (view, client) => {
    parts.broadcaster.setView(client, view)
    return null
  },
})
