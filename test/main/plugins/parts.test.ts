import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { Config } from '../../../src/main/config.ts'
import { FrameReader, frameOf, longestMessage } from '../../../src/main/plugins/frames.ts'
import { findPlugins, PluginManifest } from '../../../src/main/plugins/manifest.ts'
import { mostEvents, PluginEvent } from '../../../src/main/plugins/messages.ts'
import { Outbox } from '../../../src/main/plugins/outbox.ts'
import { PluginReader } from '../../../src/main/plugins/reader.ts'
import { exchangeTitle, knownExchanges, setPluginExchanges } from '../../../src/shared/domain/index.ts'
import { instrument } from '../../support/instruments.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const acme = fileURLToPath(new URL('../../fixtures/plugins/crossbook-connector-acme', import.meta.url))
const named = (name: string) => ({ package: name, exchange: 'x-acme', allowed: true }) as const
const quote = (instrument: number, bidPrice: number) =>
  ({
    kind: 'book_ticker',
    instrument,
    bidPrice,
    bidQuantity: 1,
    askPrice: null,
    askQuantity: null,
    exchangeAt: null,
    receivedAt: 1,
  }) as const
const trade = (tradeId: string) =>
  ({
    kind: 'trade',
    instrument: 1,
    tradeId,
    price: 1,
    quantity: 1,
    side: 'BUY',
    exchangeAt: null,
    receivedAt: 1,
  }) as const

describe('packages of plugins', () => {
  it('says what is wrong with one in words', () => {
    const folder = temporaryFolder()
    const other = join(folder, 'node_modules', 'other')
    mkdirSync(other, { recursive: true })
    writeFileSync(join(other, 'package.json'), '{"crossbook":{"exchange":"binance"}}')
    const found = findPlugins([named('absent'), { ...named('other'), exchange: 'x-other' }, named(acme)], folder)
    expect(found.map((finding) => (finding.ok ? finding.plugin.manifest.title : finding.problem))).toEqual([
      expect.stringMatching(/ENOENT.*; install it with: npm install --prefix ".*" absent$/),
      expect.stringMatching(/^its package.json: crossbook.exchange: x- and 2 to 20 small letters or digits/),
      'another plugin is x-acme',
    ])
    expect(findPlugins([named(acme)], folder)[0]).toMatchObject({ ok: true, plugin: { entry: join(acme, 'index.js') } })
  })

  it('is called like no exchange that Crossbook knows', () => {
    const fees = { spot: { maker: 0, taker: 0 }, perpetual: { maker: 0, taker: 0 } }
    const called = (title: string) =>
      PluginManifest.safeParse({ exchange: 'x-acme', title, kinds: ['spot'], origins: ['https://a.example'], fees })
        .success
    expect([called('Acme'), called('Binance'), called(' crypto.COM ')]).toEqual([true, false, false])
  })

  it('takes nothing from outside of its folder', () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ main: '../../x.js', crossbook: {} }))
    expect(findPlugins([named(folder)], folder)[0]).toMatchObject({ ok: false })
  })
})

describe('ids of plugins', () => {
  afterEach(() => setPluginExchanges([]))

  it('are known once they are told', () => {
    expect(exchangeTitle('x-acme')).toBe('X-ACME')
    setPluginExchanges([{ exchange: 'x-acme', title: 'Acme' }])
    expect([knownExchanges().at(-1), exchangeTitle('x-acme')]).toEqual(['x-acme', 'Acme'])
  })

  it('are switched on and off by a flag like any other', () => {
    const file = join(temporaryFolder(), 'crossbook.yaml')
    writeFileSync(file, 'exchanges: { x-acme: {}, x-other: {} }')
    const open = (exchanges: readonly ('x-acme' | 'okx')[]) =>
      Config.open({ file, template: null, flags: { exchanges }, env: {} }).settings.exchanges
    expect([open(['x-acme'])['x-acme']?.enabled, open(['x-acme'])['x-other']?.enabled]).toEqual([true, false])
    expect([open(['okx'])['x-acme']?.enabled, open(['okx']).okx?.enabled]).toEqual([false, true])
  })
})

describe('frames of a plugin', () => {
  it('come whole, however they were cut', () => {
    const messages = [{ kind: 'beat' }, { words: 'ünïcode', list: [1, null] }, []]
    const bytes = Buffer.concat(messages.map(frameOf))
    for (const size of [1, 3, 7, bytes.length]) {
      const reader = new FrameReader()
      const read: unknown[] = []
      for (let at = 0; at < bytes.length; at += size) {
        reader.add(bytes.subarray(at, at + size))
        for (let next = reader.next(); next.kind === 'message'; next = reader.next()) read.push(next.message)
      }
      expect(read).toEqual(messages)
    }
  })

  it('do not make nothing of a number that is none', () => {
    const reader = new FrameReader()
    reader.add(frameOf({ bidPrice: Number.NaN }))
    expect(reader.next()).toMatchObject({ kind: 'message', message: { bidPrice: 'NaN' } })
  })
})

describe('what a plugin tells', () => {
  const candle = {
    kind: 'kline',
    period: '1m',
    isClosed: true,
    openTime: 60_000,
    open: 2,
    high: 3,
    low: 1,
    close: 2,
  } as const
  const kline = { ...candle, volume: 1, quoteVolume: null }
  const book = { kind: 'book', bids: [2, 1], asks: [3, 1] } as const
  it.each<[string, object, string]>([
    ['a candle that closes above its high', { ...kline, close: 9 }, 'rejected'],
    ['a candle of tomorrow', { ...kline, openTime: 86_400_000 * 3 }, 'rejected'],
    ['a candle that can be', kline, 'event'],
    ['a book with a price of 0', { ...book, asks: [0, 1] }, 'rejected'],
    ['a book that can be', book, 'depth'],
  ])('%s', (_, told, kind) => {
    const reader = new PluginReader('x-acme')
    reader.instruments = new Map([[1, instrument('x-acme', 'spot', 'BTC', 'USDT', 'BTC-USDT', { id: 1 })]])
    reader.wanted = new Set(['kline 1 1m', 'order_book 1 '])
    const event = PluginEvent.parse({ ...told, instrument: 1, exchangeAt: null, receivedAt: 61_000 })
    if (event.kind === 'topics' || event.kind === 'doubt') throw new Error('not of a market')
    expect(reader.read(event, 61_000).kind).toBe(kind)
  })
})

describe('what waits in a plugin', () => {
  it('keeps every happening, and of many quotes the newest, never ahead of what went down', () => {
    const outbox = new Outbox()
    for (let at = 0; at < 300; at++) outbox.add(trade(`${at}`))
    outbox.add(quote(1, 10))
    outbox.add(quote(1, 11))
    outbox.add({ kind: 'book_lost', instrument: 1, reason: '' })
    outbox.add(quote(1, 12))
    const { events, dropped } = outbox.take()
    expect(events.slice(300)).toEqual([quote(1, 11), { kind: 'book_lost', instrument: 1, reason: '' }, quote(1, 12)])
    expect(dropped).toBe(0)
    expect(outbox.isEmpty).toBe(true)
  })

  it('comes in batches that one message holds, whole books and all', () => {
    const outbox = new Outbox()
    const levels = Array.from({ length: 1_000 }, () => 1 / 3)
    const times = { exchangeAt: null, receivedAt: 1 }
    for (let id = 0; id < 400; id++) outbox.add({ kind: 'book', instrument: id, bids: levels, asks: levels, ...times })
    const batches = []
    while (!outbox.isEmpty) batches.push(outbox.take().events)
    expect(batches.map(({ length }) => length)).toEqual([150, 150, 100])
    expect(Math.max(...batches.map((events) => frameOf(events).length))).toBeLessThan(longestMessage)
    for (let at = 0; at < 6_000; at++) outbox.add(trade(`${at}`))
    expect(outbox.take().events.length).toBe(mostEvents)
  })

  it('counts what finds no room', () => {
    const outbox = new Outbox()
    for (let at = 0; at < 20_005; at++) outbox.add(trade(`${at}`))
    expect(outbox.take()).toMatchObject({ dropped: 5 })
  })
})
