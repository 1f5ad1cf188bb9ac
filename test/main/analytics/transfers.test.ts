import { describe, expect, it } from 'vitest'
import { type KnownNetworks, TransferFees, transferOf } from '../../../src/main/analytics/transfers.ts'
import type { NetworkStanding } from '../../../src/shared/assets.ts'
import type { AssetNetwork, ExchangeId } from '../../../src/shared/domain/index.ts'
import { instrument } from '../../support/instruments.ts'

const at = Date.UTC(2026, 4, 6, 11, 30)

function network(exchange: ExchangeId, name: string, more: Partial<AssetNetwork> = {}): AssetNetwork {
  return {
    exchange,
    asset: 'USDT',
    network: name,
    contract: null,
    canDeposit: true,
    canWithdraw: true,
    withdrawalFee: '1',
    minimumWithdrawal: '2',
    receivedAt: at,
    ...more,
  }
}

function knowing(
  networks: readonly AssetNetwork[],
  standings: Partial<Record<ExchangeId, Partial<NetworkStanding>>> = {},
): KnownNetworks {
  return {
    networksOf: (exchange, asset) => networks.filter((one) => one.exchange === exchange && one.asset === asset),
    standingOf: (exchange) => ({
      exchange,
      state: 'known',
      words: 'told by the test',
      asOf: at,
      ...standings[exchange],
    }),
  }
}
const between = (...networks: readonly AssetNetwork[]) => transferOf(knowing(networks), 'USDT', 'gate', 'okx')

const one = `0x${'1'.repeat(40)}`
const two = `0x${'2'.repeat(40)}`

describe('the way of an asset', () => {
  it('is the cheapest open network, by whatever name each exchange calls it', () => {
    const transfer = between(
      network('gate', 'ETH', { withdrawalFee: '10' }),
      network('gate', 'TRX', { withdrawalFee: '2', minimumWithdrawal: '5' }),
      network('gate', 'SOL', { withdrawalFee: '1', canWithdraw: false }),
      network('gate', 'KAVAEVM', { withdrawalFee: '0' }),
      network('okx', 'ERC20'),
      network('okx', 'TRC20'),
      network('okx', 'Solana'),
    )
    expect(transfer).toMatchObject({ state: 'open', words: 'open on Tron, 2 USDT', asOf: at })
    expect(transfer.routes).toEqual([
      { network: 'Tron', withdrawAs: 'TRX', depositAs: 'TRC20', isOpen: true, words: 'open', fee: '2', minimum: '5' },
      {
        network: 'Ethereum',
        withdrawAs: 'ETH',
        depositAs: 'ERC20',
        isOpen: true,
        words: 'open',
        fee: '10',
        minimum: '2',
      },
      {
        ...{ network: 'Solana', withdrawAs: 'SOL', depositAs: 'Solana', isOpen: false, fee: '1', minimum: '2' },
        words: 'withdrawals closed on Gate',
      },
    ])
  })

  it('compares fees as numbers, and one that is not told comes last', () => {
    const fees = ['9', '10', null].map((fee, index) => network('gate', `N${index}`, { withdrawalFee: fee }))
    const into = fees.map(({ network: name }) => network('okx', name))
    expect(between(...fees.toReversed(), ...into).routes.map(({ fee }) => fee)).toEqual(['9', '10', null])
    expect(between(network('gate', 'ETH', { withdrawalFee: null }), network('okx', 'ERC20')).words).toBe(
      'open on Ethereum, fee not known',
    )
  })

  it.each<[string, readonly AssetNetwork[], string]>([
    [
      'withdrawals are closed',
      [
        network('gate', 'ETH', { canWithdraw: false }),
        network('gate', 'TRX', { canWithdraw: false }),
        network('okx', 'ERC20'),
      ],
      'withdrawals closed on Gate',
    ],
    [
      'deposits are closed',
      [network('gate', 'ETH'), network('okx', 'ERC20', { canDeposit: false })],
      'deposits closed on OKX',
    ],
    [
      'both are',
      [network('gate', 'ETH', { canWithdraw: false }), network('okx', 'ERC20', { canDeposit: false })],
      'withdrawals closed on Gate, deposits closed on OKX',
    ],
    [
      'each network has its own reason',
      [
        network('gate', 'ETH', { canWithdraw: false }),
        network('gate', 'TRX'),
        network('okx', 'ERC20'),
        network('okx', 'TRC20', { canDeposit: false }),
      ],
      'Ethereum: withdrawals closed on Gate; Tron: deposits closed on OKX',
    ],
    ['they share no network', [network('gate', 'ETH'), network('okx', 'TRC20')], 'no network in common'],
    [
      'the tokens are two',
      [network('gate', 'ETH', { contract: one }), network('okx', 'ERC20', { contract: two })],
      'no network in common: USDT on Ethereum is another token on each',
    ],
  ])('is closed where %s', (_name, networks, words) => {
    expect(between(...networks)).toMatchObject({ state: 'closed', words })
  })

  it('goes by the contract where a name is not known, never across two known networks', () => {
    const strange = between(
      network('gate', 'NEWNET', { contract: one }),
      network('okx', 'New Network', { contract: one }),
    )
    expect(strange).toMatchObject({ state: 'open', words: 'open on NEWNET, 1 USDT' })
    // One address on two chains: what is sent on the one never arrives on the other.
    const crossed = between(network('gate', 'ETH', { contract: one }), network('okx', 'BSC', { contract: one }))
    expect(crossed).toMatchObject({ state: 'closed', words: 'no network in common' })
  })

  it('takes what stands in place of a contract for none', () => {
    const [zeros, native] = [`0x${'0'.repeat(40)}`, `0x${'e'.repeat(40)}`]
    const ownCoin = between(network('gate', 'ETH', { contract: zeros }), network('okx', 'ERC20', { contract: native }))
    expect(ownCoin).toMatchObject({ state: 'open', words: 'open on Ethereum, 1 USDT' })
    const strangers = between(
      network('gate', 'NEWNET', { contract: 'native' }),
      network('okx', 'OLDNET', { contract: 'native' }),
    )
    expect(strangers).toMatchObject({ state: 'closed', words: 'no network in common' })
  })

  it('is not known where an exchange is silent, and says of which and why', () => {
    const networks = [network('gate', 'ETH'), network('okx', 'ERC20')]
    const silent = knowing(networks, { okx: { state: 'unknown', words: 'needs an account', asOf: null } })
    expect(transferOf(silent, 'USDT', 'gate', 'okx')).toEqual({
      ...{ asset: 'USDT', from: 'gate', to: 'okx', state: 'unknown', routes: [], asOf: null },
      words: 'not known for OKX: needs an account',
    })
    const old = knowing(networks, { gate: { state: 'old', words: 'no answer' } })
    expect(transferOf(old, 'USDT', 'gate', 'okx').words).toBe('not known for Gate since 2026-05-06T11:30Z: no answer')
    expect(between(network('gate', 'ETH'))).toMatchObject({ state: 'unknown', words: 'OKX tells no network of USDT' })
    expect(between(network('gate', 'ETH', { canWithdraw: null }), network('okx', 'ERC20'))).toMatchObject({
      state: 'unknown',
      words: 'Ethereum: Gate does not tell whether withdrawals are open',
    })
  })
})

describe('what moving costs', () => {
  it('is the fee of the open way, asked anew after a while', () => {
    let now = at
    let fee = '2.5'
    let canWithdraw = true
    const known: KnownNetworks = {
      ...knowing([]),
      networksOf: (exchange) =>
        exchange === 'gate'
          ? [network('gate', 'ETH', { asset: 'BTC', withdrawalFee: fee, canWithdraw })]
          : [network('okx', 'ERC20')],
    }
    const fees = new TransferFees(known, () => now)
    const buy = instrument('gate', 'spot', 'BTC', 'USDT', 'BTC_USDT')
    const sell = instrument('okx', 'spot', 'BTC', 'USDT', 'BTC-USDT')
    expect(fees.feeOf(buy, sell)).toBe(2.5)
    fee = '3'
    now += 1_000
    expect(fees.feeOf(buy, sell)).toBe(2.5)
    now += 10_000
    expect(fees.feeOf(buy, sell)).toBe(3)
    // The clock is set back: that is no longer than a while ago.
    fee = '4'
    now -= 3_600_000
    expect(fees.feeOf(buy, sell)).toBe(4)
    canWithdraw = false
    now += 10_000
    expect(fees.feeOf(buy, sell)).toBeNull()
  })
})
