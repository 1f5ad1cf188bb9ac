/**
 * What the networks of an asset on two exchanges say about it. Equal contracts on the same network prove that the exchanges take in the
 * same token; differing ones that they do not. Everything else (the same address on another network, a contract that only one tells,
 * addresses of a form that has several spellings) says nothing.
 */
import type { AssetNetwork } from '../../../shared/domain/index.ts'
import type { ComparedNetwork } from '../../../shared/same-coin.ts'

interface Network {
  readonly title: string
  /** Tickers of its own coin, which has no contract there. */
  readonly native: readonly string[]
  /** Exchanges' names of it, in capitals without anything but letters and digits. */
  readonly names: readonly string[]
}

/**
 * The networks that most tokens travel on, by the names that Binance, OKX, Gate and MEXC give them. A name that stands nowhere here is a
 * network of its own. `BNB` is left out on purpose: to some it is the BNB Smart Chain, to others the Beacon Chain.
 */
const networks: readonly Network[] = [
  { title: 'Bitcoin', native: ['BTC'], names: ['BTC', 'BITCOIN'] },
  { title: 'Ethereum', native: ['ETH'], names: ['ETH', 'ERC20', 'ETHEREUM', 'ETHEREUMERC20'] },
  {
    title: 'BNB Smart Chain',
    native: ['BNB'],
    names: ['BSC', 'BEP20', 'BEP20BSC', 'BSCBEP20', 'BNBSMARTCHAIN', 'BNBSMARTCHAINBEP20', 'BSCBNB'],
  },
  { title: 'Tron', native: ['TRX'], names: ['TRX', 'TRC20', 'TRON', 'TRONTRC20'] },
  { title: 'Solana', native: ['SOL'], names: ['SOL', 'SOLANA', 'SOLANASOL', 'SPL'] },
  { title: 'Polygon', native: ['POL', 'MATIC'], names: ['MATIC', 'POLYGON', 'POL', 'POLYGONPOS', 'POLYGONMATIC'] },
  {
    title: 'Arbitrum One',
    native: ['ETH'],
    names: ['ARBITRUM', 'ARBITRUMONE', 'ARBITRUMONEARB', 'ARBEVM', 'ARB', 'ARBI'],
  },
  { title: 'Optimism', native: ['ETH'], names: ['OPTIMISM', 'OPTIMISMOP', 'OPETH', 'OP'] },
  { title: 'Base', native: ['ETH'], names: ['BASE', 'BASEEVM', 'BASEETH'] },
  {
    title: 'Avalanche C-Chain',
    native: ['AVAX'],
    names: ['AVAXC', 'CAVAX', 'AVAXCCHAIN', 'AVALANCHECCHAIN', 'AVALANCHECCHAINAVAXCCHAIN'],
  },
  { title: 'Litecoin', native: ['LTC'], names: ['LTC', 'LITECOIN'] },
  { title: 'Dogecoin', native: ['DOGE'], names: ['DOGE', 'DOGECOIN'] },
  { title: 'Bitcoin Cash', native: ['BCH'], names: ['BCH', 'BITCOINCASH', 'BCHN'] },
  { title: 'Ethereum Classic', native: ['ETC'], names: ['ETC', 'ETHEREUMCLASSIC'] },
  { title: 'XRP Ledger', native: ['XRP'], names: ['XRP', 'RIPPLE', 'XRPLEDGER'] },
  { title: 'Stellar', native: ['XLM'], names: ['XLM', 'STELLAR', 'STELLARLUMENS'] },
  { title: 'Cardano', native: ['ADA'], names: ['ADA', 'CARDANO'] },
  { title: 'Polkadot', native: ['DOT'], names: ['DOT', 'POLKADOT'] },
  { title: 'Cosmos Hub', native: ['ATOM'], names: ['ATOM', 'COSMOS', 'COSMOSHUB'] },
  { title: 'NEAR', native: ['NEAR'], names: ['NEAR', 'NEARPROTOCOL'] },
  { title: 'Filecoin', native: ['FIL'], names: ['FIL', 'FILECOIN'] },
  { title: 'Aptos', native: ['APT'], names: ['APT', 'APTOS'] },
  { title: 'Sui', native: ['SUI'], names: ['SUI'] },
  { title: 'TON', native: ['TON', 'TONCOIN'], names: ['TON', 'TONCOIN', 'THEOPENNETWORK'] },
  { title: 'Hedera', native: ['HBAR'], names: ['HBAR', 'HEDERA'] },
  { title: 'Algorand', native: ['ALGO'], names: ['ALGO', 'ALGORAND'] },
]

const byName = new Map(networks.flatMap((network) => network.names.map((name) => [name, network])))

/** OKX names a network after the asset, too: `USDT-TRC20`, `BTC-Bitcoin`. */
function squeezed(name: string, asset: string): string {
  const upper = name.toUpperCase()
  const own = upper.startsWith(`${asset.toUpperCase()}-`) ? upper.slice(asset.length + 1) : upper
  return own.replace(/[^A-Z0-9]/g, '')
}

interface Named {
  /** The same for the same network, however an exchange writes it. */
  readonly id: string
  readonly title: string
  readonly native: readonly string[]
  readonly isKnown: boolean
}

export function networkOf({ network: name, asset }: Pick<AssetNetwork, 'network' | 'asset'>): Named {
  const plain = squeezed(name, asset)
  const known = byName.get(plain)
  return known === undefined
    ? { id: plain, title: name, native: [], isKnown: false }
    : { id: known.title, title: known.title, native: known.native, isKnown: true }
}

const evmAddress = /^0x[0-9a-f]{40}$/i
/** Solana and Tron: capitals matter. */
const base58Address = /^[1-9A-HJ-NP-Za-km-z]{32,44}$/
/** OKX tells the last six characters of a contract and no more. */
const fragment = /^[0-9A-Za-z]{6}$/
/** What stands where an exchange has no address to tell: none, or the ones by which software calls a chain's own coin. */
const placeholders = /^(0x0*|0xe{40}|-|none|null|native|n\/a)$/i

/** null: none that could be compared. */
export function contractOf({ contract }: AssetNetwork): string | null {
  return contract === null || placeholders.test(contract.trim()) ? null : contract.trim()
}

type Comparison = 'equal' | 'different' | 'unclear'

/** Only EVM addresses are the same in any case; only forms with one spelling can differ. */
export function compareContracts(a: string, b: string): Comparison {
  const isEvm = evmAddress.test(a) && evmAddress.test(b)
  if (isEvm) return a.toLowerCase() === b.toLowerCase() ? 'equal' : 'different'
  if (a === b) return 'equal'
  if (base58Address.test(a) && base58Address.test(b)) return 'different'
  const [short, long] = fragment.test(a) ? [a, b] : [b, a]
  if (!fragment.test(short)) return 'unclear'
  if (evmAddress.test(long)) return long.toLowerCase().endsWith(short.toLowerCase()) ? 'equal' : 'different'
  if (base58Address.test(long)) return long.endsWith(short) ? 'equal' : 'different'
  return 'unclear'
}

export interface NetworkEvidence {
  readonly says: 'same' | 'different' | 'nothing'
  readonly words: string
  readonly networks: readonly ComparedNetwork[]
}

/** Of one asset on two exchanges: what each tells of its networks, empty where it tells nothing. */
export function compareNetworks(
  buy: readonly AssetNetwork[],
  sell: readonly AssetNetwork[],
  titles: { readonly buy: string; readonly sell: string },
): NetworkEvidence {
  if (buy.length === 0 || sell.length === 0) {
    const silent = [...(buy.length === 0 ? [titles.buy] : []), ...(sell.length === 0 ? [titles.sell] : [])]
    return { says: 'nothing', words: `${silent.join(' and ')}: networks not known`, networks: [] }
  }
  const compared = buy.flatMap((one) =>
    sell.flatMap((other) => (networkOf(one).id === networkOf(other).id ? [compareOn(one, other)] : [])),
  )
  const agreeing = compared.filter(({ result }) => result === 'equal' || result === 'native')
  const agreed = new Set(agreeing.map(({ network }) => network))
  // An exchange that lists an old and a new contract on one network agrees there by either.
  const differing = compared.filter(({ network, result }) => result === 'different' && !agreed.has(network))
  const first = agreeing[0]
  const clash = differing[0]
  const shown = [...compared].sort((a, b) => order[a.result] - order[b.result])
  if (first !== undefined && clash !== undefined) {
    const words = `contracts agree on ${first.network} but differ on ${clash.network}`
    return { says: 'nothing', words, networks: shown }
  }
  if (first !== undefined) return { says: 'same', words: agreementWords(first), networks: shown }
  if (clash !== undefined) {
    const { network, buyContract, sellContract } = clash
    const words = `different contracts on ${network}: ${shortened(buyContract)} on ${titles.buy}, ${shortened(sellContract)} on ${titles.sell}`
    return { says: 'different', words, networks: shown }
  }
  const words =
    compared.length === 0
      ? `no network that both ${titles.buy} and ${titles.sell} use`
      : 'the networks that both use name no contracts that could be compared'
  return { says: 'nothing', words, networks: shown }
}

const order: Readonly<Record<ComparedNetwork['result'], number>> = { different: 0, equal: 1, native: 2, unclear: 3 }

function compareOn(buy: AssetNetwork, sell: AssetNetwork): ComparedNetwork {
  const { title, native, isKnown } = networkOf(buy)
  const [buyContract, sellContract] = [contractOf(buy), contractOf(sell)]
  const row = { network: title, buyContract: buy.contract, sellContract: sell.contract }
  if (buyContract === null && sellContract === null) {
    return { ...row, result: native.includes(buy.asset) ? 'native' : 'unclear' }
  }
  if (buyContract === null || sellContract === null) return { ...row, result: 'unclear' }
  const result = compareContracts(buyContract, sellContract)
  // Two exchanges may mean different chains by a name that is not known here: that addresses differ is no news then.
  return { ...row, result: result === 'different' && !isKnown ? 'unclear' : result }
}

function agreementWords({ network, result, buyContract, sellContract }: ComparedNetwork): string {
  if (result === 'native') return `the own coin of ${network} on both`
  const [longer, shorter] = [buyContract ?? '', sellContract ?? ''].sort((a, b) => b.length - a.length)
  const inPart = shorter !== undefined && longer !== undefined && shorter.length < longer.length
  return inPart
    ? `same contract on ${network} as far as told: ${shortened(longer)} ends in ${shorter}`
    : `same contract on ${network}: ${shortened(longer ?? null)}`
}

const mostCharacters = 14
/** `0x5149…86CA` */
const shortened = (contract: string | null): string =>
  contract === null
    ? 'none'
    : contract.length <= mostCharacters
      ? contract
      : `${contract.slice(0, 6)}…${contract.slice(-4)}`
