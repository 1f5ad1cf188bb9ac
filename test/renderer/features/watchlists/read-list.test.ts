import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readList, writeList } from '../../../../src/renderer/features/watchlists/read-list.ts'
import { exchangeIds, exchangeTitle } from '../../../../src/shared/domain/index.ts'
import { Settings } from '../../../../src/shared/settings.ts'

it('reads symbols however they are written', () =>
  expect(
    readList(
      'BTC_USDT\nbtc/usdc\r\nETH-USDT\n\n  SOLUSDT \nBTC_USDT_PERP\nETHUSDT.P\nSOL-USDT-SWAP\nxrp/usdt perp\nDOGEUSDTPERP\nADA/USDT:USDT',
    ),
  ).toEqual({
    symbols: [
      'BTC_USDT',
      'BTC_USDC',
      'ETH_USDT',
      'SOL_USDT',
      'BTC_USDT_PERP',
      'ETH_USDT_PERP',
      'SOL_USDT_PERP',
      'XRP_USDT_PERP',
      'DOGE_USDT_PERP',
      'ADA_USDT_PERP',
    ],
    problems: [],
    repeated: 0,
  }))

it('reads what TradingView exports: commas, headings, exchanges', () =>
  expect(readList('###MAJORS,BINANCE:BTCUSDT,OKX:ETHUSDT,###PERPS,GATEIO:BTCUSDT.P,MEXC:BTCUSDT')).toEqual({
    symbols: ['BTC_USDT', 'ETH_USDT', 'BTC_USDT_PERP'],
    problems: [],
    repeated: 1,
  }))

it('reads the symbol column of a CSV, and comments', () =>
  expect(readList('# mine\nnote,symbol,size\n"first, best",BTC/USDT,1\n,"ETH/USDT",2\nx,,3\n')).toEqual({
    symbols: ['BTC_USDT', 'ETH_USDT'],
    problems: [{ line: 5, text: 'x,,3', reason: 'this line has no symbol' }],
    repeated: 0,
  }))

it('tells what it did not understand by its line, and keeps the rest', () => {
  const { symbols, problems } = readList(
    'BTC_USDT\nNASDAQ:AAPL\nhello\nBTCTUSD\nBTC-27JUN-50000-C\nETH/USD:ETH\nETH_USDT',
  )
  expect(symbols).toEqual(['BTC_USDT', 'ETH_USDT'])
  expect(problems.map(({ line, text }) => [line, text])).toEqual([
    [2, 'NASDAQ:AAPL'],
    [3, 'hello'],
    [4, 'BTCTUSD'],
    [5, 'BTC-27JUN-50000-C'],
    [6, 'ETH/USD:ETH'],
  ])
  const known = exchangeIds.map(exchangeTitle).join(', ')
  expect(problems[0]?.reason).toContain(`NASDAQ is no exchange Crossbook knows (${known})`)
  expect(problems[2]?.reason).toBe('could be BTC/TUSD or BTCT/USD: write it with the slash')
})

it('cuts a word where a known symbol is cut', () =>
  expect(readList('BTCTUSD,BTCTUSD.P', ['BTC_TUSD', 'ETH_USDT_PERP']).symbols).toEqual(['BTC_TUSD', 'BTC_TUSD_PERP']))

it('loses nothing: every cell is a symbol, a repetition or a problem, and every symbol one that settings take', () => {
  const part = fc.oneof(
    fc.constantFrom(
      'BTC',
      'ETH',
      'USDT',
      'USD',
      '1000SATS',
      'PERP',
      '.P',
      '-',
      '_',
      '/',
      ':',
      ' ',
      'BINANCE:',
      'x',
      '币安',
      '"',
      '$',
    ),
    fc.string({ maxLength: 3 }).map((text) => text.replace(/[,;\t\r\n#"]/g, '')),
  )
  const cell = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('').replace(/["#]/g, '').trim())
  fc.assert(
    fc.property(
      fc.array(
        cell.filter((text) => text !== '' && !/^(symbol|ticker|pair|instrument|market)$/i.test(text)),
        { maxLength: 12 },
      ),
      (cells) => {
        const read = readList(cells.join('\n'))
        expect(read.symbols.length + read.problems.length + read.repeated).toBe(cells.length)
        expect(Settings.safeParse({ watchlists: { mine: read.symbols } }).error?.issues ?? []).toEqual([])
        expect(readList(writeList(read.symbols))).toEqual({ symbols: read.symbols, problems: [], repeated: 0 })
      },
    ),
    { numRuns: 200 },
  )
})
