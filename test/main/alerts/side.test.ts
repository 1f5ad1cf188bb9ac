import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { AlertSide } from '../../../src/main/alert-side.ts'
import { StandingFile } from '../../../src/main/alerts/standing.ts'
import { AlertLog } from '../../../src/main/alerts.ts'
import { SpreadBoard } from '../../../src/main/analytics/spreads.ts'
import { createBus } from '../../../src/main/bus/index.ts'
import { createLogger } from '../../../src/main/log.ts'
import { QuoteBoard } from '../../../src/main/market/quotes.ts'
import type { MarketRun } from '../../../src/main/market-run.ts'
import { directNetwork } from '../../../src/main/net/network.ts'
import type {
  AccountState,
  Balance,
  Drift,
  ExchangeId,
  ExchangeStatus,
  Instrument,
} from '../../../src/shared/domain/index.ts'
import { Settings } from '../../../src/shared/settings.ts'
import { instrument } from '../../support/instruments.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { btc } from '../storage/support.ts'

const secondMs = 1_000
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now: 1_700_000_000_000 })
  return () => void vi.useRealTimers()
})

const balance = (wallet: Balance['wallet'], total: string): Balance => ({
  ...{ account: 'main', exchange: 'binance', wallet, asset: 'USDT', free: total, locked: '0', total },
  ...{ exchangeAt: null, receivedAt: Date.now() },
})

const drift: Drift = {
  ...{ id: 1, account: 'main', subject: 'balance', item: 'spot BTC', field: 'total', expected: '1', got: '2' },
  ...{ since: null, foundAt: 1, resolvedAt: null, resolution: null },
}

/** The rules as a part of a program whose market is made up; time goes on when it is told to. */
function world(
  rules: Readonly<Record<string, object>>,
  instruments: readonly Instrument[] = [btc],
  standing: StandingFile | null = null,
  mode: 'demo' | 'live' = 'live',
) {
  const bus = createBus((error) => {
    throw error
  })
  const fired: [ruleId: string, subject: string][] = []
  bus.on('alert', ({ alert }) => fired.push([alert.ruleId ?? '', alert.subject]))
  const board = new QuoteBoard(instruments)
  const spreads = new SpreadBoard(board, () => 0, 5 * secondMs)
  const market = {
    connections: [] as Pick<ExchangeStatus, 'exchange' | 'state' | 'reason' | 'watched'>[],
    accounts: [] as { id: string; state: AccountState }[],
    drifts: [] as Drift[],
    freeBytes: 1e12,
    stored: [] as Balance[] | Promise<Balance[]> | null,
    balances: [] as Balance[],
  }
  const newRun = () => ({
    mode,
    isRunning: true,
    connections: () => market.connections,
    database: {
      problem: null,
      storage: market.stored === null ? null : { accounts: { balancesAt: async () => market.stored } },
    },
    accounts: {
      desk: {
        list: () => market.accounts,
        openDrifts: () => market.drifts,
        balances: () => market.balances,
        truthOf: () => ({ truth: 'live', reason: '' }),
      },
    },
  })
  let run = newRun()
  const logger = createLogger('silent')
  let settings = Settings.parse({ alerts: { rules } })
  const side = new AlertSide({
    settings: () => settings,
    bus,
    alerts: new AlertLog(bus, logger),
    desk: () => ({ board, spreads }),
    run: () => run as unknown as MarketRun,
    network: directNetwork,
    environment: {},
    dataDir: '',
    standing,
    tell: () => undefined,
    onProgress: () => undefined,
    logger,
    readDisk: async () => ({ freeBytes: market.freeBytes, totalBytes: 2e12 }),
  })
  side.boardsChanged()
  side.start()
  onTestFinished(() => side.stop())
  return {
    side,
    fired,
    market,
    bus,
    board,
    change: (other: Readonly<Record<string, object>>) => {
      settings = Settings.parse({ alerts: { rules: other } })
      side.settingsChanged()
    },
    settled: () => standing?.settle(),
    goOn: (seconds: number) => vi.advanceTimersByTimeAsync(seconds * secondMs),
    restart: () => {
      run = newRun()
    },
    quote: (bidPrice: number) => {
      const sizes = { bidQuantity: 1, askQuantity: 1, exchangeAt: null, receivedAt: Date.now() }
      side.quoteChanged(
        board.applyBookTicker({ kind: 'book_ticker', instrument: btc, bidPrice, askPrice: bidPrice + 1, ...sizes }),
      )
    },
  }
}

const feed = (exchange: ExchangeId, state: ExchangeStatus['state']) => ({ exchange, state, reason: null, watched: 2 })

describe('rules', () => {
  it('do not take the time for held in which the machine slept', async () => {
    const { fired, quote, goOn } = world({
      high: { kind: 'price', name: 'High', instrument: btc.key, side: 'above', price: 50, holdSeconds: 30 },
    })
    await goOn(1)
    quote(100)
    await goOn(10)
    vi.setSystemTime(Date.now() + 600 * secondMs)
    // The first quote may be read before any timer runs.
    quote(101)
    await goOn(19)
    expect(fired).toEqual([])
    await goOn(2)
    expect(fired).toEqual([['high', btc.key]])
  })

  it('about feeds let go of one that is switched off, and give it time when it is switched on', async () => {
    const down = { kind: 'feed_down', coolDownSeconds: 0 }
    const { fired, market, goOn } = world({
      quick: { ...down, name: 'Quick' },
      slow: { ...down, name: 'Slow', holdSeconds: 30 },
    })
    market.connections = [feed('binance', 'live'), feed('okx', 'live')]
    await goOn(2)
    market.connections = [feed('binance', 'live'), feed('okx', 'waiting')]
    await goOn(10)
    expect(fired).toEqual([['quick', 'okx']])
    market.connections = [feed('binance', 'live')]
    await goOn(60)
    expect(fired).toEqual([['quick', 'okx']])
    market.connections = [feed('binance', 'live'), feed('okx', 'connecting'), feed('gate', 'connecting')]
    await goOn(20)
    expect(fired).toEqual([['quick', 'okx']])
    market.connections = [feed('binance', 'live'), feed('okx', 'connecting'), feed('gate', 'live')]
    await goOn(15)
    expect(fired).toEqual([
      ['quick', 'okx'],
      ['quick', 'okx'],
    ])
  })

  it('about feeds do not take one for down that was when nobody looked any more', async () => {
    const down = { kind: 'feed_down', name: 'Down' }
    const { fired, market, goOn, change } = world({ down })
    market.connections = [feed('okx', 'live')]
    await goOn(2)
    market.connections = [feed('okx', 'waiting')]
    await goOn(2)
    expect(fired).toEqual([['down', 'okx']])
    change({ down: { ...down, enabled: false } })
    await goOn(600)
    market.connections = [feed('okx', 'live')]
    await goOn(600)
    change({ down })
    await goOn(5)
    expect(fired).toEqual([['down', 'okx']])
    market.connections = [feed('okx', 'waiting')]
    await goOn(2)
    expect(fired).toEqual([
      ['down', 'okx'],
      ['down', 'okx'],
    ])
  })

  describe('about funding', () => {
    const swap = instrument('okx', 'perpetual', 'BTC', 'USDT', 'BTC-USDT-SWAP')
    const high = { kind: 'funding', name: 'High', instrument: swap.key, when: 'positive', percent: 0.01 }
    const fundingOf = ({ bus, board }: ReturnType<typeof world>) => ({
      quote: () =>
        board.applyBookTicker({
          ...{ kind: 'book_ticker', instrument: swap, bidPrice: 1, bidQuantity: 1, askPrice: 2, askQuantity: 1 },
          ...{ exchangeAt: null, receivedAt: Date.now() },
        }),
      tell: () => {
        const { exchange, symbol } = swap
        const at = Date.now()
        bus.publish({
          kind: 'funding_rate',
          rate: {
            ...{ exchange, symbol, rate: '0.001', intervalHours: 8, markPrice: null },
            ...{ nextFundingAt: at + 3_600 * secondMs, exchangeAt: at, receivedAt: at },
          },
        })
      },
    })

    it('do not believe a rate whose feed went down while nobody asked', async () => {
      const all = world({ high: { ...high, enabled: false } }, [swap])
      const { quote, tell } = fundingOf(all)
      quote()
      tell()
      await all.goOn(2)
      all.board.clearLive([swap.id])
      await all.goOn(2)
      all.change({ high })
      await all.goOn(5)
      expect(all.fired).toEqual([])
      quote()
      tell()
      await all.goOn(2)
      expect(all.fired).toEqual([['high', swap.key]])
    })

    it('do not take a rate for held whose instrument is watched no more', async () => {
      const all = world({ high: { ...high, holdSeconds: 60 } }, [btc])
      fundingOf(all).tell()
      await all.goOn(300)
      expect(all.fired).toEqual([])
      expect(all.side.ruleStatus()).toMatchObject([{ state: 'waiting', unknown: 1 }])
    })
  })

  it('about the disk do not judge what was free when nobody looked any more', async () => {
    const low = { kind: 'disk', name: 'Low', belowGigabytes: 10 }
    const { fired, market, goOn, change } = world({ low })
    market.freeBytes = 5e9
    await goOn(2)
    expect(fired).toEqual([['low', 'disk']])
    change({ low: { ...low, enabled: false } })
    await goOn(60)
    market.freeBytes = 50e9
    change({ low })
    await goOn(20)
    expect(fired).toEqual([['low', 'disk']])
  })

  it('about differences know those of before the start, and tell each once', async () => {
    const { fired, market, goOn, restart } = world({ differs: { kind: 'drift', name: 'Differs', holdSeconds: 60 } })
    const connect = async () => {
      Object.assign(market, { accounts: [{ id: 'main', state: 'connecting' }], drifts: [] })
      await goOn(5)
      Object.assign(market, { accounts: [{ id: 'main', state: 'live' }], drifts: [drift] })
      await goOn(50)
    }
    await connect()
    expect(fired).toEqual([])
    await goOn(20)
    expect(fired).toEqual([['differs', 'main']])
    restart()
    await connect()
    await goOn(100)
    expect(fired).toEqual([['differs', 'main']])
  })

  it('about an account do not fire for what held of it after it was removed', async () => {
    const drop = { asset: 'USDT', unit: 'percent', drop: 10, withinMinutes: 60 }
    const { fired, market, goOn, side } = world({
      differs: { kind: 'drift', name: 'Differs', holdSeconds: 60 },
      usdt: { ...drop, kind: 'balance_drop', name: 'USDT leaves', holdSeconds: 60 },
    })
    const account = { id: 'main', state: 'live' as const }
    Object.assign(market, { accounts: [account], drifts: [drift], balances: [balance('spot', '100')] })
    await goOn(5)
    market.balances = [balance('spot', '50')]
    await goOn(5)
    expect(side.ruleStatus().map(({ state }) => state)).toEqual(['holding', 'holding'])
    Object.assign(market, { accounts: [], drifts: [], balances: [] })
    await goOn(300)
    expect(fired).toEqual([])
    expect(side.ruleStatus().map(({ state, subjects }) => [state, subjects])).toEqual([
      ['quiet', 0],
      ['quiet', 0],
    ])
  })

  it('about balances do not wait for a wallet that was empty before the start', async () => {
    const { fired, market, goOn, side } = world({
      usdt: { kind: 'balance_drop', name: 'USDT leaves', asset: 'USDT', unit: 'percent', drop: 10, withinMinutes: 60 },
    })
    Object.assign(market, {
      stored: [balance('spot', '100'), balance('funding', '0')],
      balances: [balance('spot', '100')],
    })
    await goOn(3)
    expect(side.ruleStatus()).toMatchObject([{ state: 'quiet', subjects: 1, unknown: 0 }])
    market.balances = [balance('spot', '80')]
    await goOn(3)
    expect(fired).toEqual([['usdt', 'main USDT']])
  })

  it('about balances do not wait for what was asked for a market that is over', async () => {
    const { fired, market, goOn, restart } = world({
      usdt: { kind: 'balance_drop', name: 'USDT leaves', asset: 'USDT', unit: 'percent', drop: 10, withinMinutes: 60 },
    })
    market.stored = new Promise<Balance[]>(() => undefined)
    await goOn(3)
    Object.assign(market, { stored: null, balances: [balance('spot', '100')] })
    restart()
    await goOn(3)
    market.balances = [balance('spot', '80')]
    await goOn(3)
    expect(fired).toEqual([['usdt', 'main USDT']])
  })

  it('about balances take no wallet that is remembered after another one for a change', async () => {
    const { fired, market, goOn, side } = world({
      usdt: { kind: 'balance_drop', name: 'USDT leaves', asset: 'USDT', unit: 'percent', drop: 10, withinMinutes: 60 },
    })
    // What was borrowed.
    const balances = [balance('spot', '100'), balance('unified', '-40')]
    Object.assign(market, { stored: balances, balances })
    await goOn(3)
    expect(side.ruleStatus()).toMatchObject([{ state: 'quiet', unknown: 0 }])
    expect(fired).toEqual([])
  })
})

describe('what a rule fired for', () => {
  const high = { kind: 'price', name: 'High', instrument: btc.key, side: 'above', price: 50, coolDownSeconds: 60 }
  const logger = createLogger('silent')
  /** Each a start of the program, one after another over one data folder. */
  function starts() {
    const file = join(temporaryFolder(), 'alert-standing.json')
    return (rule: object = high, mode: 'demo' | 'live' = 'live') =>
      world({ high: rule }, [btc], new StandingFile(file, logger), mode)
  }

  it('is not told again after a restart for as long as it goes on, and is once it began anew', async () => {
    const start = starts()
    const first = start()
    first.quote(100)
    await first.side.stop()
    vi.setSystemTime(Date.now() + 3_600 * secondMs)
    const second = start()
    expect(second.side.ruleStatus()).toMatchObject([{ state: 'waiting' }])
    second.quote(101)
    await second.goOn(90)
    expect([first.fired, second.fired, second.side.ruleStatus()[0]?.state]).toEqual([[['high', btc.key]], [], 'fired'])
    second.quote(10)
    second.quote(102)
    expect(second.fired).toEqual([['high', btc.key]])
    await second.side.stop()
    // It was over before this stop, and so lately that the rule is silent.
    const third = start()
    third.quote(10)
    await third.side.stop()
    const fourth = start()
    fourth.quote(103)
    await fourth.goOn(50)
    expect([third.fired, fourth.fired]).toEqual([[], []])
    await fourth.goOn(11)
    expect(fourth.fired).toEqual([['high', btc.key]])
  })

  it('says nothing of a rule that was changed meanwhile, of another market, or of what is long past', async () => {
    const start = starts()
    const first = start()
    first.quote(100)
    await first.side.stop()
    const demo = start(high, 'demo')
    demo.quote(100)
    expect(demo.fired).toEqual([['high', btc.key]])
    await demo.side.stop()
    const changed = start({ ...high, price: 60 })
    changed.quote(100)
    expect(changed.fired).toEqual([['high', btc.key]])
    await changed.side.stop()
    vi.setSystemTime(Date.now() + 8 * 86_400 * secondMs)
    const late = start({ ...high, price: 60 })
    late.quote(100)
    expect(late.fired).toEqual([['high', btc.key]])
  })

  it('is kept while the program runs, so that one that is killed knows of it, too', async () => {
    const start = starts()
    const first = start()
    first.quote(100)
    await first.goOn(6)
    await first.settled()
    const second = start()
    second.quote(100)
    expect([first.fired.length, second.fired]).toEqual([1, []])
  })

  it('is told once more where the file cannot be read, and the next one is written', async () => {
    const file = join(temporaryFolder(), 'alert-standing.json')
    writeFileSync(file, '{"live":[{"ruleId":')
    const first = world({ high }, [btc], new StandingFile(file, logger))
    first.quote(100)
    await first.side.stop()
    const second = world({ high }, [btc], new StandingFile(file, logger))
    second.quote(100)
    expect([first.fired.length, second.fired.length]).toEqual([1, 0])
  })
})
