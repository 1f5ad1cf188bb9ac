import { chmodSync, lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { Config, SettingsError, type SettingsFlags } from '../../src/main/config.ts'
import { exchangeIds } from '../../src/shared/domain/index.ts'
import { Settings } from '../../src/shared/settings.ts'
import { temporaryFolder } from '../support/temporary.ts'

const shipped = readFileSync(new URL('../../resources/crossbook.yaml', import.meta.url), 'utf8')

function open(text: string, flags: SettingsFlags = {}, env: Record<string, string> = {}): Config {
  const file = join(temporaryFolder(), 'crossbook.yaml')
  writeFileSync(file, text)
  return Config.open({ file, template: null, flags, env })
}

function problemsOf(text: string, flags: SettingsFlags = {}, env: Record<string, string> = {}): readonly string[] {
  try {
    open(text, flags, env)
  } catch (error) {
    if (error instanceof SettingsError)
      return error.problems.map((problem) => problem.replace(/^.*(crossbook\.yaml)/, '$1'))
    throw error
  }
  return []
}

describe('the shipped settings file', () => {
  it('holds nothing but defaults, so that a first start is the demo', () => {
    const file = join(temporaryFolder(), 'data', 'crossbook.yaml')
    const config = Config.open({ file, template: shipped, flags: {}, env: {} })
    expect(config.settings).toEqual(Settings.parse({}))
    expect(config.mode).toBe('demo')
    expect(readFileSync(file, 'utf8')).toBe(shipped)
  })

  it('documents every key with its true default', () => {
    const uncommented = shipped
      .split('\n')
      .filter((line) => /^# ?[ ]*[\w-]+:|^#\s+(BTC_USDT|https)|^# {3}/.test(line) && !/^#\s*#/.test(line))
      .map((line) => line.replace(/^# ?/, ''))
      .filter((line) => !/^\s*#/.test(line) && !/^(demo|Not given|Text|The same):?/.test(line))
      .join('\n')
    const documented = parse(uncommented) as Record<string, unknown>
    // Exchanges, plugins, accounts and watchlists are examples: by default there are none.
    const {
      exchanges: _exchanges,
      plugins,
      accounts,
      watchlists,
      mode: _mode,
      ...defaults
    } = Settings.parse(documented)
    const {
      exchanges: _none,
      plugins: _noPlugins,
      accounts: _noAccounts,
      watchlists: _noLists,
      ...expected
    } = Settings.parse({})
    expect(Object.keys(watchlists)).toEqual(['Majors', 'Perpetuals'])
    expect(plugins.map(({ exchange }) => exchange)).toEqual(['x-acme'])
    expect(accounts.map(({ id }) => id)).toEqual(['binance-main', 'okx-server'])
    expect(defaults).toEqual(expected)
    expect(Object.keys(documented).sort()).toEqual(Object.keys(Settings.shape).sort())
  })
})

describe('watchlists', () => {
  it('have names of their own, and symbols', () => {
    const { settings } = open('watchlists:\n  My 2 coins: [BTC_USDT, ETH_USDT_PERP]\n  币: []\n')
    expect(settings.watchlists).toEqual({ 'My 2 coins': ['BTC_USDT', 'ETH_USDT_PERP'], 币: [] })
  })

  it('are refused with the line, the name and what is right', () => {
    const text = `watchlists:\n  " mine": [BTC_USDT]\n  ${'x'.repeat(41)}: []\n  ok: [BTCUSDT]\n`
    expect(() => open(text)).toThrow(/:2: watchlists\. mine = " mine": a name of 1 to 40 characters/)
    expect(() => open(text)).toThrow(/:3: watchlists\.x+ = "x+": a name of 1 to 40 characters/)
    expect(() => open(text)).toThrow(/:4: watchlists\.ok\.0 = "BTCUSDT": a symbol such as BTC_USDT/)
  })
})

describe('precedence', () => {
  it('is flags, environment, file, defaults', () => {
    const text = 'gateway: { port: 1 }\nlog: { level: warn }\narbitrage: { maximumAgeMs: 900 }\n'
    const config = open(text, { port: 3 }, { CROSSBOOK_GATEWAY_PORT: '2', CROSSBOOK_LOG_LEVEL: 'debug' })
    expect(config.settings.gateway.port).toBe(3)
    expect(config.settings.log.level).toBe('debug')
    expect(config.settings.arbitrage).toEqual({
      ...{ openAbovePercent: 0.05, closeBelowPercent: 0.03, maximumAgeMs: 900 },
      ...{ ladder: [100, 1_000, 5_000, 10_000, 50_000], withdrawalFee: false },
    })
    expect(config.overridden).toEqual({ 'gateway.port': '--port', 'log.level': 'CROSSBOOK_LOG_LEVEL' })
  })

  it('reads lists and nested keys from the environment', () => {
    const env = { CROSSBOOK_SYMBOLS: 'BTC_USDT, ETH_USDT_PERP', CROSSBOOK_ARBITRAGE_OPEN_ABOVE_PERCENT: '0.2' }
    const { settings } = open('', {}, env)
    expect(settings.symbols).toEqual(['BTC_USDT', 'ETH_USDT_PERP'])
    expect(settings.arbitrage.openAbovePercent).toBe(0.2)
  })

  it('goes live when an exchange is configured, and stays in the demo when told so', () => {
    expect(open('exchanges:\n  okx:\n').mode).toBe('live')
    expect(open('exchanges:\n  okx: { enabled: false }\n').mode).toBe('demo')
    expect(open('exchanges:\n  okx:\n', { demo: true }).mode).toBe('demo')
    expect(open('', { exchanges: ['gate'] }).mode).toBe('live')
  })

  it('keeps the origins of an exchange that a flag selects', () => {
    const text = 'exchanges:\n  gate:\n    origins: { "https://api.gateio.ws": "http://127.0.0.1:1" }\n  okx: {}\n'
    const { settings } = open(text, { exchanges: ['gate'] })
    expect(settings.exchanges.gate).toEqual({
      enabled: true,
      origins: { 'https://api.gateio.ws': 'http://127.0.0.1:1' },
      fees: {},
    })
    expect(settings.exchanges.okx?.enabled).toBe(false)
  })
})

describe('the Node for plugins', () => {
  it('is named by its absolute path, in the file or by its variable', () => {
    expect(open('').settings.pluginNode).toBeNull()
    expect(open('pluginNode: /opt/node/bin/node\n').settings.pluginNode).toBe('/opt/node/bin/node')
    const windows = 'C:\\Program Files\\nodejs\\node.exe'
    expect(open('', {}, { CROSSBOOK_PLUGIN_NODE: windows }).settings.pluginNode).toBe(windows)
  })

  it.each(['node', './node', '~/bin/node', 'bin/node', '/usr/bin/', 'C:node.exe', ''])(
    'is not looked for, so that "%s" is refused',
    (named) => {
      const right = 'the absolute path of a Node such as /usr/bin/node; none is looked for on PATH'
      expect(problemsOf(`mode: demo\npluginNode: "${named}"\n`)).toEqual([
        `crossbook.yaml:2: pluginNode = "${named}": ${right}`,
      ])
    },
  )
})

describe('environment variables in the file', () => {
  it('are replaced in text, and a lone one is read as a number', () => {
    const text =
      'gateway: { port: "${PORT}" }\nexchanges: { okx: { origins: { "https://www.okx.com": "http://${HOST}:1" } } }\n'
    const { settings } = open(text, {}, { PORT: '99', HOST: 'localhost' })
    expect(settings.gateway.port).toBe(99)
    expect(settings.exchanges.okx?.origins).toEqual({ 'https://www.okx.com': 'http://localhost:1' })
  })

  it('are named when they are not set', () => {
    expect(problemsOf('log:\n  level: "${NO_SUCH}"\n')[0]).toContain(
      'crossbook.yaml:2: log.level names the environment variable NO_SUCH, which is not set',
    )
  })
})

describe('mistakes', () => {
  it.each([
    ['an unknown key', 'log:\n  level: info\nsymbol: [BTC_USDT]\n', 'crossbook.yaml:3: symbol is not a setting'],
    ['an unknown nested key', 'arbitrage:\n  openAbove: 1\n', 'crossbook.yaml:2: arbitrage.openAbove is not a setting'],
    ['a bad value', '\n\ngateway:\n  port: 99999\n', 'crossbook.yaml:4: gateway.port = 99999: '],
    [
      'a bad symbol',
      'symbols:\n  - BTC_USDT\n  - btcusdt\n',
      'crossbook.yaml:3: symbols.1 = "btcusdt": a symbol such as BTC_USDT',
    ],
    ['an unknown exchange', 'exchanges:\n  ftx: {}\n', 'crossbook.yaml:2: exchanges.ftx '],
    ['thresholds the wrong way round', 'arbitrage:\n  openAbovePercent: 0.01\n', 'must not be above openAbovePercent'],
    ['broken YAML', 'log: {\n', 'crossbook.yaml:'],
    ['a list instead of keys', '- a\n', 'crossbook.yaml:1: the file must hold keys and values'],
  ])('names %s with its place', (_name, text, expected) => {
    expect(problemsOf(text).join('\n')).toContain(expected)
  })

  it('names the variable or flag that brought a bad value', () => {
    expect(problemsOf('', {}, { CROSSBOOK_GATEWAY_PORT: 'abc' })[0]).toMatch(
      /^CROSSBOOK_GATEWAY_PORT: gateway\.port = "abc": /,
    )
    expect(problemsOf('', {}, { CROSSBOOK_GATEWAY_ALLOWED_HOSTS: '[one, two' })[0]).toMatch(
      /^CROSSBOOK_GATEWAY_ALLOWED_HOSTS: gateway\.allowedHosts = "\[one, two": /,
    )
    expect(problemsOf('log:\n  level: "${LEVEL}"\n', {}, { LEVEL: '@info' })[0]).toMatch(
      /^crossbook\.yaml:2: log\.level = "@info": /,
    )
    expect(problemsOf('', {}, { CROSSBOOK_EXCHANGES: 'okx,ftx' })).toEqual([
      `CROSSBOOK_EXCHANGES: unknown exchange "ftx"; known are ${exchangeIds.join(', ')}, and those of plugins, such as x-acme`,
    ])
  })
})

describe('a mistake in the file', () => {
  it('is told with its line, whatever variables and flags say beside it', () => {
    const text = 'redis:\n  prefix: "a b"\nexchanges:\n  okx:\n    fees: { spot: 1 }\n'
    const told = problemsOf(text, { exchanges: ['okx'] }, { CROSSBOOK_REDIS_ENABLED: 'true' })
    expect(told.map((problem) => problem.split(' ')[0])).toEqual(['crossbook.yaml:5:', 'crossbook.yaml:2:'])
    // Of what the file does not say, the variable is to blame.
    const env = { CROSSBOOK_ARBITRAGE_OPEN_ABOVE_PERCENT: '0.01' }
    expect(problemsOf('arbitrage: { maximumAgeMs: 900 }\n', {}, env)[0]).toMatch(
      /^CROSSBOOK_ARBITRAGE_OPEN_ABOVE_PERCENT: arbitrage\.closeBelowPercent = nothing: must not be above/,
    )
  })
})

describe('a change made in the app', () => {
  it('is written to the file without losing comments, and holds at once', () => {
    const config = open('# mine\nlog:\n  level: info # quiet\n\n# fast\narbitrage:\n  maximumAgeMs: 900\n')
    config.update([
      { path: ['log', 'level'], value: 'warn' },
      { path: ['exchanges', 'okx', 'enabled'], value: true },
    ])
    expect(readFileSync(config.file, 'utf8')).toBe(
      '# mine\nlog:\n  level: warn # quiet\n\n# fast\narbitrage:\n  maximumAgeMs: 900\nexchanges:\n  okx:\n    enabled: true\n',
    )
    expect(config.settings.log.level).toBe('warn')
    expect(config.mode).toBe('live')
  })

  it('can begin in the shipped file, whose every comment stays', () => {
    const config = open(shipped)
    config.update([{ path: ['appearance', 'theme'], value: 'light' }])
    const text = readFileSync(config.file, 'utf8')
    for (const line of shipped.split('\n')) expect(text).toContain(line)
    expect(Config.open({ file: config.file, template: null, flags: {}, env: {} }).settings.appearance.theme).toBe(
      'light',
    )
  })

  it('removes a key with null, so that its default holds again', () => {
    const config = open('appearance: { theme: dark }\n')
    expect(config.update([{ path: ['appearance', 'theme'], value: null }]).appearance.theme).toBe('system')
  })

  it('takes it as done that a key is removed which the file does not have', () => {
    for (const text of [shipped, 'log: { level: info }\n', '']) {
      const config = open(text)
      const { network } = config.update([{ path: ['network', 'proxy'], value: null }])
      expect(network.proxy).toBeNull()
      expect(readFileSync(config.file, 'utf8')).toBe(text)
    }
  })

  it('keeps the comments of what stays in a list or a map', () => {
    const text = `symbols:
  # the two that matter
  - BTC_USDT # mine
  - ETH_USDT
  # for later
  - SOL_USDT
alerts:
  rules:
    high:
      kind: price
      name: High
      instrument: binance:BTC_USDT
      side: above
      price: 100000 # round
`
    const config = open(text)
    const rule = { kind: 'price', name: 'High', instrument: 'binance:BTC_USDT', side: 'above', price: 120_000 }
    config.update([
      { path: ['symbols'], value: ['BTC_USDT', 'SOL_USDT', 'XRP_USDT'] },
      { path: ['alerts', 'rules', 'high'], value: { ...rule, sound: 'ping' } },
    ])
    expect(readFileSync(config.file, 'utf8')).toBe(`symbols:
  # the two that matter
  - BTC_USDT # mine
  # for later
  - SOL_USDT
  - XRP_USDT
alerts:
  rules:
    high:
      kind: price
      name: High
      instrument: binance:BTC_USDT
      side: above
      price: 120000 # round
      sound: ping
`)
    expect(config.settings.symbols).toEqual(['BTC_USDT', 'SOL_USDT', 'XRP_USDT'])
    expect(config.settings.alerts.rules.high).toMatchObject({ price: 120_000, sound: 'ping' })
    const { high: _high, ...none } = config.settings.alerts.rules
    expect(config.update([{ path: ['alerts', 'rules'], value: none }]).alerts.rules).toEqual({})
  })

  it('of what stands for something else changes that alone', () => {
    const fees = { spot: { maker: 0.0005, taker: 0.0006 } }
    const text = `exchanges:\n  binance: &usual { fees: ${JSON.stringify(fees)} }\n  okx: *usual\n`
    const config = open(text)
    const { exchanges } = config.update([{ path: ['exchanges', 'okx', 'enabled'], value: false }])
    expect(exchanges).toMatchObject({ binance: { enabled: true, fees }, okx: { enabled: false, fees } })
  })

  it('is refused in words while the file cannot be read', () => {
    const config = open('log: { level: info }\n')
    writeFileSync(config.file, 'log: {\n')
    const change = () => config.update([{ path: ['gateway', 'port'], value: 1 }])
    expect(change).toThrow(SettingsError)
    expect(change).toThrow(/crossbook\.yaml:\d+: /)
    expect(readFileSync(config.file, 'utf8')).toBe('log: {\n')
  })

  it('leaves the file with its rights, and a link to it a link', () => {
    const config = open('log: { level: info }\n')
    chmodSync(config.file, 0o600)
    const link = join(temporaryFolder(), 'crossbook.yaml')
    symlinkSync(config.file, link)
    const linked = Config.open({ file: link, template: null, flags: {}, env: {} })
    linked.update([{ path: ['gateway', 'port'], value: 1 }])
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(statSync(config.file).mode & 0o777).toBe(0o600)
    expect(readFileSync(config.file, 'utf8')).toContain('port: 1')
  })

  it('is refused whole when a part of it is wrong, and the file stays', () => {
    const config = open('log: { level: info }\n')
    const change = () =>
      config.update([
        { path: ['log', 'level'], value: 'warn' },
        { path: ['gateway', 'port'], value: -1 },
      ])
    expect(change).toThrow(SettingsError)
    expect(readFileSync(config.file, 'utf8')).toBe('log: { level: info }\n')
    expect(config.settings.log.level).toBe('info')
  })

  it('leaves variables in the file as they are', () => {
    const config = open('log: { level: "${LEVEL}" }\n', {}, { LEVEL: 'warn' })
    config.update([{ path: ['gateway', 'port'], value: 1 }])
    expect(readFileSync(config.file, 'utf8')).toContain('"${LEVEL}"')
  })
})

describe('an address in the settings', () => {
  const right =
    'an address such as http://127.0.0.1:3128, https://user@host:443 or socks5://127.0.0.1:1080, without a password'

  it('never has its password told, wherever it came from', () => {
    const withPassword = 'http://bob:hunter2@127.0.0.1:3128'
    const problem = `network.proxy = "http://bob:…@127.0.0.1:3128": ${right}`
    expect(problemsOf(`network: { proxy: "${withPassword}" }\n`)).toEqual([`crossbook.yaml:1: ${problem}`])
    expect(problemsOf('', {}, { CROSSBOOK_NETWORK_PROXY: withPassword })).toEqual([
      `CROSSBOOK_NETWORK_PROXY: ${problem}`,
    ])
    for (const value of [
      'bob:hunter2@host:1',
      'http://bob:p@hunter2@host:1',
      'http://bob:/hunter2 x@host:1',
      'socks5://:hunter2@h:1',
    ]) {
      const [told] = problemsOf(`network: { proxy: "${value}" }\n`)
      expect(told).toContain(right)
      expect(told).not.toContain('hunter2')
    }
    expect(problemsOf('redis: { url: "redis://bob:hunter2@host:6379" }\n')[0]).not.toContain('hunter2')
    expect(problemsOf('redis: ["redis://bob:hunter2@host:6379"]\n')[0]).not.toContain('hunter2')
  })

  it.each([
    [['network', 'proxy'], 'http://127.0.0.1:99999'],
    [['network', 'proxy'], 'socks5://127.0.0.1:0'],
    [['network', 'proxy'], 'http://50%@127.0.0.1:3128'],
    [['network', 'proxy'], 'http://999.0.0.1:3128'],
    [['redis', 'url'], 'redis://127.0.0.1:99999'],
    [['alerts', 'webhook', 'url'], 'https://hooks.example:99999/alert'],
    [['alerts', 'webhook', 'url'], 'https://a:b/alert'],
    [['exchanges', 'okx', 'origins', 'https://www.okx.com'], 'http://127.0.0.1:99999'],
  ])('that nothing could connect to is refused: %s = %s', (path, address) => {
    const text = path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), address)
    expect(problemsOf(JSON.stringify(text))).toEqual([
      `crossbook.yaml:1: ${path.join('.')} = "${address}": a host that can be, a port of 1 to 65535, and % in a user's name written as %25`,
    ])
  })

  it('may hold what a user name needs, IPv6, and the origins of a simulator', () => {
    for (const proxy of [
      'http://50%25@127.0.0.1:1',
      'socks5://[::1]:65535',
      'https://domain%5Cuser@proxy.example:8080',
    ])
      expect(open(`network: { proxy: "${proxy}" }\n`).settings.network.proxy).toBe(proxy)
    const origins = { 'wss://stream.binance.com:9443': 'ws://127.0.0.1:41002' }
    expect(open(JSON.stringify({ exchanges: { binance: { origins } } })).settings.exchanges.binance?.origins).toEqual(
      origins,
    )
  })
})
