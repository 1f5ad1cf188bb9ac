import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { productText, unitsOf, unitsText } from '../../src/main/pnl/scaled.ts'
import { computePnl, type PnlFill, type PnlOptions, type PnlPayment } from '../../src/main/pnl.ts'
import {
  Amount,
  addAmounts,
  amountText,
  multiplyAmounts,
  subtractAmounts,
  sumAmounts,
} from '../../src/shared/amount.ts'
import { DayZone, type PnlMethod, type PnlReport } from '../../src/shared/pnl.ts'

/** 2023-11-14T22:13:20.000Z */
const start = 1_700_000_000_000
const day = 86_400_000
const methods: readonly PnlMethod[] = ['average', 'fifo']

const fill = (side: 'BUY' | 'SELL', quantity: string, price: string, more: Partial<PnlFill> = {}): PnlFill => ({
  account: 'binance-main',
  exchange: 'binance',
  symbol: 'BTC_USDT',
  side,
  price,
  quantity,
  fee: '0',
  feeAsset: 'USDT',
  realisedPnl: null,
  at: start,
  ...more,
})
const buy = (quantity: string, price: string, more: Partial<PnlFill> = {}) => fill('BUY', quantity, price, more)
const sell = (quantity: string, price: string, more: Partial<PnlFill> = {}) => fill('SELL', quantity, price, more)
const perpetual = { symbol: 'BTC_USDT_PERP' }

const payment = (amount: string, more: Partial<PnlPayment> = {}): PnlPayment => ({
  account: 'binance-main',
  exchange: 'binance',
  symbol: 'BTC_USDT_PERP',
  asset: 'USDT',
  amount,
  at: start,
  ...more,
})

const report = (fills: readonly PnlFill[], more: Partial<PnlOptions> = {}, payments: readonly PnlPayment[] = []) =>
  computePnl(fills, payments, { method: 'average', from: null, to: null, days: 0, ...more })
const symbolOf = ({ symbols }: PnlReport) => {
  const [symbol] = symbols
  if (symbol === undefined) throw new Error('the report has no symbol')
  return symbol
}
const result = (fills: readonly PnlFill[], method: PnlMethod = 'average') => {
  const { realised, fees, net, openQuantity, openCost, uncoveredQuantity } = symbolOf(report(fills, { method }))
  return { realised, fees, net, open: [openQuantity, openCost], uncovered: uncoveredQuantity }
}

describe('spot', () => {
  const trades = [buy('1', '100'), buy('1', '200'), sell('1.5', '300')]

  it('sells at average cost', () => {
    expect(result(trades)).toEqual({
      realised: '225',
      fees: '0',
      net: '225',
      open: ['0.5', '75'],
      uncovered: '0',
    })
  })

  it('sells first what was bought first', () => {
    expect(result(trades, 'fifo')).toEqual({
      realised: '250',
      fees: '0',
      net: '250',
      open: ['0.5', '100'],
      uncovered: '0',
    })
  })

  it('never goes short: what no fill bought is left out, and said', () => {
    const fills = [sell('2', '100'), buy('1', '100'), sell('3', '150')]
    for (const method of methods) {
      const made = report(fills, { method })
      expect({ ...symbolOf(made), notes: made.notes }).toMatchObject({
        realised: '50',
        openQuantity: '0',
        openCost: null,
        uncoveredQuantity: '4',
        notes: [expect.stringContaining('BTC_USDT (binance-main): 4 BTC sold that no stored fill bought')],
      })
    }
  })

  it('takes a fee in the quote asset as it is', () => {
    expect(result([buy('1', '100', { fee: '0.1' }), sell('1', '110', { fee: '-0.01' })])).toMatchObject({
      realised: '10',
      fees: '0.09',
      net: '9.91',
    })
  })

  it('values a fee in the base asset at its price and takes it from what is held: net is what came back', () => {
    const fills = [buy('1', '100', { fee: '0.01', feeAsset: 'BTC' }), sell('0.99', '110')]
    for (const method of methods) {
      // 108.9 received for 100 paid.
      expect(result(fills, method)).toEqual({
        realised: '9.9',
        fees: '1',
        net: '8.9',
        open: ['0', null],
        uncovered: '0',
      })
    }
    expect(result([buy('1', '100'), sell('0.9', '110', { fee: '0.1', feeAsset: 'BTC' })])).toMatchObject({
      realised: '10',
      fees: '11',
      net: '-1',
      open: ['0', null],
    })
  })

  it('lists a fee in a third asset, and says which are not known', () => {
    const { feesElsewhere, notes, symbols } = report([
      buy('1', '100', { fee: '0.001', feeAsset: 'BNB' }),
      buy('1', '100', { fee: '0.0005', feeAsset: 'BNB' }),
      buy('1', '100', { fee: null, feeAsset: null }),
      buy('1', '100', { fee: '1', feeAsset: null }),
    ])
    expect({ feesElsewhere, notes, fees: symbols.map(({ fees }) => fees) }).toEqual({
      feesElsewhere: [{ asset: 'BNB', amount: '0.0015' }],
      notes: ['BTC_USDT (binance-main): the fee of 1 fill is not known', '1 fee in an unnamed asset left out'],
      fees: ['0'],
    })
  })

  it('keeps accounts and symbols apart', () => {
    const { symbols } = report([
      buy('1', '100'),
      sell('1', '110', { account: 'gate-a', exchange: 'gate' }),
      sell('1', '7', { symbol: 'ETH_BTC' }),
    ])
    expect(
      symbols.map(({ account, symbol, asset, openQuantity, uncoveredQuantity }) =>
        [account, symbol, asset, openQuantity, uncoveredQuantity].join(' '),
      ),
    ).toEqual(['binance-main BTC_USDT USDT 1 0', 'binance-main ETH_BTC BTC 0 1', 'gate-a BTC_USDT USDT 0 1'])
  })
})

describe('perpetuals', () => {
  it.each([
    ['a long', [buy('2', '100', perpetual), sell('1', '110', perpetual)], '10', ['1', '100']],
    ['a short', [sell('2', '100', perpetual), buy('1', '90', perpetual)], '10', ['-1', '-100']],
    ['long through zero to short', [buy('1', '100', perpetual), sell('3', '110', perpetual)], '10', ['-2', '-220']],
    ['short through zero to long', [sell('1', '100', perpetual), buy('3', '110', perpetual)], '-10', ['2', '220']],
  ])('close %s', (_name, fills, realised, open) => {
    for (const method of methods) {
      expect(result(fills, method)).toMatchObject({ realised, open, uncovered: '0' })
    }
  })

  it('take lots in order for shorts too', () => {
    const fills = [sell('1', '100', perpetual), sell('1', '200', perpetual), buy('1', '150', perpetual)]
    expect([result(fills, 'average').realised, result(fills, 'fifo').realised]).toEqual(['0', '-50'])
  })

  it("take the exchange's own profit by average, and compute it for fifo", () => {
    const fills = [
      buy('1', '100', { ...perpetual, realisedPnl: '0' }),
      sell('1', '110', { ...perpetual, realisedPnl: '9.99' }),
    ]
    expect([result(fills, 'average').realised, result(fills, 'fifo').realised]).toEqual(['9.99', '10'])
  })

  it('open nothing by a fill that the exchange says closed something', () => {
    const fills = [
      sell('2', '110', { ...perpetual, realisedPnl: '7.5' }),
      buy('1', '100', { ...perpetual, realisedPnl: '0' }),
    ]
    const average = report(fills)
    const fifo = report(fills, { method: 'fifo' })
    expect([symbolOf(average), symbolOf(fifo)]).toMatchObject([
      { realised: '7.5', openQuantity: '1', uncoveredQuantity: '2' },
      { realised: '0', openQuantity: '1', uncoveredQuantity: '2' },
    ])
    expect([...average.notes, ...fifo.notes]).toEqual([
      expect.stringContaining("the exchange's own profit is taken"),
      expect.stringContaining('it is left out'),
    ])
  })

  it('count funding apart, also in another asset and without a fill', () => {
    const { symbols, days } = report([buy('1', '100', { ...perpetual, fee: '0.5' })], {}, [
      payment('-0.25'),
      payment('1', { at: start + day }),
      payment('0.125', { asset: 'USDC' }),
      payment('3', { symbol: 'ETH_USDT_PERP' }),
    ])
    expect({
      symbols: symbols.map(({ symbol, asset, funding, net, fills }) => [symbol, asset, funding, net, fills]),
      days: days.map(({ day: text, asset, funding, net, fills }) => [text, asset, funding, net, fills]),
    }).toEqual({
      symbols: [
        ['BTC_USDT_PERP', 'USDT', '0.75', '0.25', 1],
        ['BTC_USDT_PERP', 'USDC', '0.125', '0.125', 0],
        ['ETH_USDT_PERP', 'USDT', '3', '3', 0],
      ],
      days: [
        ['2023-11-14', 'USDC', '0.125', '0.125', 0],
        ['2023-11-14', 'USDT', '2.75', '2.25', 1],
        ['2023-11-15', 'USDT', '1', '1', 0],
      ],
    })
  })
})

describe('days and ranges', () => {
  const fills = [
    buy('3', '100', { at: start }),
    sell('1', '110', { at: start + day }),
    sell('1', '120', { at: start + 2 * day }),
  ]

  it.each([
    [0, ['2023-11-14', '2023-11-15', '2023-11-16']],
    [120, ['2023-11-15', '2023-11-16', '2023-11-17']],
    [106, ['2023-11-14', '2023-11-15', '2023-11-16']],
    [107, ['2023-11-15', '2023-11-16', '2023-11-17']],
    [-840, ['2023-11-14', '2023-11-15', '2023-11-16']],
  ])('begin at midnight %i minutes east of UTC', (utcOffsetMinutes, days) => {
    expect(report(fills, { days: utcOffsetMinutes }).days.map((row) => row.day)).toEqual(days)
  })

  it.each([
    // Clocks go forward on 29 March and back on 25 October 2026.
    ['Europe/Berlin', '2026-03-28T22:59:59Z', '2026-03-28'],
    ['Europe/Berlin', '2026-03-28T23:00:00Z', '2026-03-29'],
    ['Europe/Berlin', '2026-03-29T21:59:59Z', '2026-03-29'],
    ['Europe/Berlin', '2026-03-29T22:00:00Z', '2026-03-30'],
    ['Europe/Berlin', '2026-10-25T22:59:59Z', '2026-10-25'],
    ['Europe/Berlin', '2026-10-25T23:00:00Z', '2026-10-26'],
    ['Asia/Kathmandu', '2026-11-21T18:14:59Z', '2026-11-21'],
    ['Asia/Kathmandu', '2026-11-21T18:15:00Z', '2026-11-22'],
    ['Australia/Lord_Howe', '2026-11-21T12:59:59Z', '2026-11-21'],
    ['Australia/Lord_Howe', '2026-11-21T13:00:00Z', '2026-11-22'],
    ['UTC', '2026-11-21T23:59:59Z', '2026-11-21'],
  ])('begin at midnight by the clocks of %s: %s is of %s', (zone, at, day) => {
    expect(DayZone.parse(zone)).toBe(zone)
    // Twice: also from what it remembers.
    const fills = [buy('1', '100', { at: Date.parse(at) }), buy('1', '100', { at: Date.parse(at) })]
    expect(report(fills, { days: zone }).days.map((row) => row.day)).toEqual([day])
  })

  it.each([['Europe/Nowhere'], [''], [901], [1.5], ['x'.repeat(65)]])('are not of the zone %j', (zone) => {
    expect(DayZone.safeParse(zone).success).toBe(false)
  })

  it('sum from one moment to before another, older fills setting the cost and younger ones not having happened', () => {
    const made = report(fills, { from: start + day, to: start + 2 * day })
    expect(made).toMatchObject({
      days: [{ day: '2023-11-15', realised: '10', fills: 1 }],
      symbols: [{ realised: '10', fills: 1, openQuantity: '2', openCost: '200' }],
      firstFillAt: start,
    })
    expect(report(fills, { from: start + 9 * day })).toMatchObject({
      days: [],
      symbols: [{ realised: '0', fills: 0, openQuantity: '1', openCost: '100' }],
    })
  })

  it('are empty without fills', () => {
    expect(report([])).toEqual({
      method: 'average',
      days: [],
      symbols: [],
      feesElsewhere: [],
      firstFillAt: null,
      notes: [],
    })
  })
})

describe('any fills', () => {
  const amount = (digits: number, decimals: number) =>
    fc.integer({ min: 1, max: 10 ** digits }).map((whole) => amountText(new Amount(whole).div(10 ** decimals)))
  const anyFill = (symbols: readonly string[]): fc.Arbitrary<PnlFill> =>
    fc.record({
      account: fc.constantFrom('binance-main', 'binance-two'),
      exchange: fc.constant('binance' as const),
      symbol: fc.constantFrom(...symbols),
      side: fc.constantFrom('BUY' as const, 'SELL' as const),
      price: amount(9, 3),
      quantity: amount(7, 5),
      fee: fc.oneof(amount(4, 6), fc.constant(null)),
      feeAsset: fc.constantFrom('USDT', 'BTC', 'BNB'),
      realisedPnl: fc.constant(null),
      at: fc.integer({ min: 0, max: 5 * day }).map((ms) => start + ms),
    })
  const anyFills = (symbols: readonly string[]) =>
    fc.array(anyFill(symbols), { maxLength: 40 }).map((fills) => fills.sort((a, b) => a.at - b.at))
  const anyMethod = fc.constantFrom(...methods)

  const sums = (
    rows: readonly { asset: string; realised: string; fees: string; funding: string; net: string; fills: number }[],
  ) => {
    const assets = new Map<string, string[]>()
    for (const { asset, realised, fees, funding, net, fills } of rows) {
      const before = assets.get(asset) ?? ['0', '0', '0', '0', '0']
      assets.set(
        asset,
        [realised, fees, funding, net, `${fills}`].map((value, index) => addAmounts(before[index] ?? '0', value)),
      )
    }
    return Object.fromEntries(assets)
  }

  it('sum up to the same over symbols and over days', () => {
    fc.assert(
      fc.property(
        anyFills(['BTC_USDT', 'BTC_USDT_PERP', 'BTC_USDC', 'ETH_BTC']),
        anyMethod,
        fc.integer({ min: -900, max: 900 }),
        fc.option(fc.integer({ min: start, max: start + 5 * day })),
        (fills, method, utcOffsetMinutes, from) => {
          const payments = fills.slice(0, 5).map(({ at, symbol }) => payment('-0.1', { at, symbol: `${symbol}_PERP` }))
          const made = report(fills, { method, days: utcOffsetMinutes, from }, payments)
          const nothing = (row: readonly string[]) => row.every((value) => value === '0')
          const drop = (assets: Record<string, string[]>) =>
            Object.fromEntries(Object.entries(assets).filter(([, row]) => !nothing(row)))
          expect(drop(sums(made.days))).toEqual(drop(sums(made.symbols)))
        },
      ),
    )
  })

  it('leave the same realised by both methods once everything is closed', () => {
    fc.assert(
      fc.property(anyFills(['BTC_USDT_PERP']), amount(9, 3), (fills, price) => {
        const own = fills.map((each) => ({ ...each, account: 'binance-main', fee: null }))
        const open = own.length === 0 ? '0' : symbolOf(report(own)).openQuantity
        const size = amountText(new Amount(open).abs())
        const closing =
          open === '0'
            ? []
            : [fill(open.startsWith('-') ? 'BUY' : 'SELL', size, price, { ...perpetual, at: start + 9 * day })]
        const all = [...own, ...closing]
        const [average, fifo] = methods.map((method) => report(all, { method }).symbols[0])
        expect({ realised: average?.realised, open: average?.openQuantity ?? '0' }).toEqual({
          realised: fifo?.realised,
          open: '0',
        })
        // What was received less what was paid.
        const flow = sumAmounts(
          all.map(({ side, price: paid, quantity }) =>
            multiplyAmounts(side === 'SELL' ? quantity : `-${quantity}`, paid),
          ),
        )
        expect(average?.realised ?? '0').toBe(flow)
      }),
    )
  })

  it('keep the cash flow of spot: realised less what is still open is what came in less what was paid', () => {
    fc.assert(
      fc.property(anyFills(['BTC_USDT']), anyMethod, (fills, method) => {
        // Only what is covered: a sale of more than is held is left out of the history.
        let held = '0'
        const covered: PnlFill[] = []
        for (const each of fills) {
          const change = each.side === 'BUY' ? each.quantity : `-${each.quantity}`
          const fee = each.fee !== null && each.feeAsset === 'BTC' ? each.fee : '0'
          const after = subtractAmounts(addAmounts(held, change), fee)
          if (after.startsWith('-')) continue
          held = after
          covered.push({ ...each, account: 'binance-main' })
        }
        if (covered.length === 0) return
        const { realised, fees, net, openCost, openQuantity, uncoveredQuantity } = symbolOf(report(covered, { method }))
        const flow = sumAmounts(
          covered.flatMap(({ side, price, quantity, fee, feeAsset }) => [
            multiplyAmounts(side === 'SELL' ? quantity : `-${quantity}`, price),
            feeAsset === 'USDT' && fee !== null ? `-${fee}` : '0',
          ]),
        )
        expect({ net, flow: subtractAmounts(net, openCost ?? '0'), openQuantity, uncoveredQuantity }).toEqual({
          net: subtractAmounts(realised, fees),
          flow,
          openQuantity: held,
          uncoveredQuantity: '0',
        })
      }),
    )
  })
})

describe('scaled numbers', () => {
  const decimal = fc
    .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 24n }), fc.integer({ min: 0, max: 18 }))
    .map(([negative, digits, places]) => {
      const text = digits.toString().padStart(places + 1, '0')
      const whole = places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`
      return negative ? `-${whole}` : whole
    })

  it('are exactly what the text says, and so are their products', () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        expect([unitsText(unitsOf(a)), productText(unitsOf(a) * unitsOf(b))]).toEqual([
          amountText(new Amount(a)),
          multiplyAmounts(a, b),
        ])
      }),
    )
  })

  it('round what has more than 18 decimals, and refuse what is no number', () => {
    expect(unitsText(unitsOf('0.1234567890123456785'))).toBe('0.123456789012345678')
    for (const text of ['', '-', '.', '1.', '.5', '1e5', 'abc', '1.2.3', '12345678901234567x', ' 1', '+1', '--1']) {
      expect(() => unitsOf(text), text).toThrow('is no decimal text')
    }
  })
})
