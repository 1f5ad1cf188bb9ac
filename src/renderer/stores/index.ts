/** All stores of the page, and the one place that feeds them from the contract's pushes. */
import type { StoreApi } from 'zustand/vanilla'
import type { CrossbookApi } from '../../shared/contract.ts'
import type { Instrument } from '../../shared/domain/index.ts'
import type { Door, Link } from '../socket-api.ts'
import { type AccountsStore, createAccountsStore, createPortfolioStore, type PortfolioStore } from './accounts.ts'
import { type BackupsStore, createBackupsStore } from './backups.ts'
import { type BooksStore, createBooksStore } from './books.ts'
import { type BotsStore, createBotsStore } from './bots.ts'
import { createDeskStore, type DeskStore } from './desk.ts'
import { createExports, type Exports } from './exports.ts'
import { createGapsStore, type GapsStore } from './gaps.ts'
import { createHealthStore, type HealthStore } from './health.ts'
import { createOpportunitiesStore, type OpportunitiesStore } from './opportunities.ts'
import { type AccountActivity, createAccountActivity, followActivity, loadActivity } from './orders.ts'
import { createQuotesStore, type QuotesStore } from './quotes.ts'
import { createSettingsStore, type SettingsStore } from './settings.ts'
import { createShellStore, type Screen, type ShellStore } from './shell.ts'
import { createSpreadsStore, type SpreadsStore } from './spreads.ts'
import { type AlertsStore, createAlertsStore, createStatusStore, type StatusStore } from './status.ts'
import { createStorageStore, type StorageStore } from './storage.ts'
import { createView, type View } from './view.ts'
import { createWatchlistStore, type WatchlistStore } from './watchlists.ts'
import { noWindows, type Windows } from './windows.ts'

export interface Stores {
  readonly api: CrossbookApi
  readonly link: StoreApi<Link>
  readonly retryLink: () => void
  readonly view: View
  readonly quotes: QuotesStore
  readonly spreads: SpreadsStore
  readonly opportunities: OpportunitiesStore
  readonly status: StatusStore
  readonly alerts: AlertsStore
  readonly settings: SettingsStore
  readonly shell: ShellStore
  readonly accounts: AccountsStore
  readonly portfolio: PortfolioStore
  readonly activity: AccountActivity
  readonly exports: Exports
  readonly storage: StorageStore
  readonly backups: BackupsStore
  readonly gaps: GapsStore
  readonly health: HealthStore
  readonly bots: BotsStore
  readonly books: BooksStore
  readonly windows: Windows
  readonly desk: DeskStore
  readonly watchlists: WatchlistStore
}

/** What the page is: the whole interface, or the window of one pane; and its way to the other windows. */
export interface Place {
  readonly windows: Windows
  readonly isPaneWindow: boolean
}

export function createStores(
  door: Door,
  screen: Screen = 'markets',
  { windows, isPaneWindow }: Place = { windows: noWindows, isPaneWindow: false },
): Stores {
  const shell = createShellStore(screen)
  return {
    api: door.api,
    link: door.link,
    retryLink: door.retry,
    view: createView(door.api, shell.getState().tell),
    quotes: createQuotesStore(),
    spreads: createSpreadsStore(),
    opportunities: createOpportunitiesStore(door.api),
    status: createStatusStore(),
    alerts: createAlertsStore(door.api),
    settings: createSettingsStore(door.api),
    shell,
    accounts: createAccountsStore(door.api),
    portfolio: createPortfolioStore(door.api),
    activity: createAccountActivity(door.api),
    exports: createExports(door.api),
    storage: createStorageStore(door.api),
    backups: createBackupsStore(door.api),
    gaps: createGapsStore(door.api),
    health: createHealthStore(door.api),
    bots: createBotsStore(door.api),
    books: createBooksStore(),
    windows,
    desk: createDeskStore({ api: door.api, windows, isPaneWindow, tell: shell.getState().tell }),
    watchlists: createWatchlistStore(),
  }
}

/** Joins pushes to stores and reads everything at each opening of the link. The returned function ends it. */
export function connectStores(stores: Stores): () => void {
  const { api, link, view, quotes, spreads, opportunities, status, alerts, settings } = stores
  const { accounts, portfolio, activity, exports, storage, backups, gaps, health, bots, books } = stores

  // Replies to an earlier reading that come after a later one began are dropped.
  let reading = 0
  async function readMarket(instruments: readonly Instrument[]): Promise<void> {
    const turn = ++reading
    quotes.getState().watch(instruments)
    stores.desk.getState().watch(instruments[0]?.symbol ?? null)
    spreads.getState().reset()
    const [quoteReply, pairs] = await Promise.all([api.call('quotes.snapshot', {}), api.call('spreads.pairs', {})])
    if (turn !== reading) return
    if (quoteReply.ok) quotes.getState().apply(quoteReply.value)
    if (!pairs.ok) return
    spreads.getState().load(pairs.value)
    const spreadReply = await api.call('spreads.snapshot', {})
    if (turn === reading && spreadReply.ok) spreads.getState().apply(spreadReply.value)
  }

  async function readInfo(): Promise<void> {
    const reply = await api.call('app.info', {})
    if (reply.ok) status.setState({ info: reply.value })
  }

  /** Apart from the market, which waits for neither. */
  function readNetwork(): void {
    void api.call('network.status', {}).then((reply) => reply.ok && status.setState({ network: reply.value }))
    void api.call('rawFrames.status', {}).then((reply) => reply.ok && status.setState({ rawFrames: reply.value }))
    void api.call('database.status', {}).then((reply) => reply.ok && status.setState({ database: reply.value }))
  }

  function readActivity(): void {
    void accounts.getState().loadKeyStore()
    void portfolio.getState().load()
    loadActivity(activity)
  }

  /** What the Data and Bots screens have shown before; the rest is read when they are. */
  function readStoredData(): void {
    if (exports.jobs.getState().isLoaded) void exports.jobs.getState().load()
    if (gaps.getState().isLoaded) void gaps.getState().load()
    if (health.getState().report !== null) void health.getState().load()
    if (storage.getState().report !== null) void storage.getState().load()
    if (backups.getState().backups !== null) void backups.getState().load()
    if (bots.getState().apiStatus !== null) void bots.getState().load()
  }

  async function readAll(): Promise<void> {
    view.announce()
    void readInfo()
    readNetwork()
    void accounts.getState().load()
    readActivity()
    void settings.getState().load()
    void alerts.getState().load()
    void opportunities.getState().load()
    void stores.desk.getState().load()
    const [watched, connections, recorder, progress] = await Promise.all([
      api.call('instruments.watched', {}),
      api.call('connections.list', {}),
      api.call('recorder.status', {}),
      api.call('progress.list', {}),
    ])
    if (connections.ok) status.setState({ connections: connections.value })
    if (recorder.ok) status.setState({ recorder: recorder.value })
    if (progress.ok) status.setState({ progress: progress.value })
    if (watched.ok) await readMarket(watched.value)
  }

  let generation = 0
  const onLink = ({ state, generation: current }: Link) => {
    if (state !== 'open' || current === generation) return
    generation = current
    void readAll()
  }

  const ends = [
    api.on('market.watched', (instruments) => {
      void readMarket(instruments)
      void opportunities.getState().load()
      // The hub tells rates of what is watched, and of nothing that it is over.
      void activity.fundingRates.getState().load()
      void readInfo()
    }),
    api.on('market.quotes', (batch) => quotes.getState().apply(batch)),
    api.on('market.books', (batch) => books.getState().apply(batch)),
    api.on('spreads.update', (batch) => spreads.getState().apply(batch)),
    api.on('connections.status', (connections) => status.setState({ connections })),
    api.on('recorder.status', (recorder) => status.setState({ recorder })),
    api.on('network.status', (network) => status.setState({ network })),
    api.on('rawFrames.status', (rawFrames) => status.setState({ rawFrames })),
    api.on('database.status', (database) => status.setState({ database })),
    api.on('progress.update', (progress) => status.getState().setProgress(progress)),
    api.on('opportunity.changed', (opportunity) => opportunities.getState().change(opportunity)),
    api.on('opportunities.live', (live) => opportunities.getState().refresh(live)),
    api.on('alert.raised', (alert) => alerts.getState().raise(alert)),
    api.on('alerts.acknowledged', (done) => alerts.getState().acknowledged(done)),
    api.on('settings.changed', (next) => {
      settings.getState().replace(next)
      void readInfo()
      void portfolio.getState().load()
    }),
    api.on('accounts.status', (statuses) => accounts.getState().update(statuses)),
    api.on('accounts.changed', (list) => {
      accounts.getState().replace(list)
      // Another market's database has other alerts.
      void alerts.getState().load()
      readActivity()
      readStoredData()
    }),
    api.on('portfolio.update', (next) => portfolio.getState().apply(next)),
    ...followActivity(api, activity),
    api.on('exports.changed', (job) => exports.jobs.getState().change([job])),
    api.on('backups.changed', (list) => backups.getState().replace(list)),
    api.on('gap.changed', (gap) => gaps.getState().change([gap])),
    api.on('tokens.changed', (tokens) => bots.getState().setTokens(tokens)),
    api.on('api.status', (next) => bots.getState().setApi(next)),
    api.on('redis.status', (next) => bots.getState().setRedis(next)),
    api.on('layouts.changed', (layouts) => stores.desk.getState().setLayouts(layouts)),
    stores.windows.on((message) => stores.desk.getState().hear(message)),
    link.subscribe(onLink),
  ]
  onLink(link.getState())
  return () => {
    for (const end of ends) end()
  }
}
