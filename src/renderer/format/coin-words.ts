/** Same coin or not, in words. */
import type { CoinEvidenceLine, CoinPair, CoinStanding, ComparedNetwork } from '../../shared/same-coin.ts'
import { exchangeTitle, type Tone } from './names.ts'

export const standingWords: Readonly<Record<CoinStanding, { readonly text: string; readonly tone: Tone }>> = {
  same: { text: 'One asset', tone: 'good' },
  unproven: { text: 'Not proven to be one asset', tone: 'warning' },
  different: { text: 'Different assets', tone: 'bad' },
  banned: { text: 'Banned by you', tone: 'idle' },
  muted: { text: 'Muted by you', tone: 'idle' },
}

export const sourceWords: Readonly<Record<CoinEvidenceLine['source'], string>> = {
  you: 'You',
  list: 'Known tickers',
  contracts: 'Networks',
  quote: 'Quote asset',
  prices: 'Prices',
}

/** The sign that stands for what a line says, and the words for who cannot see it. */
export const saysWords: Readonly<
  Record<CoinEvidenceLine['says'], { readonly sign: string; readonly text: string; readonly className: string }>
> = {
  same: { sign: '=', text: 'one asset', className: 'text-up' },
  different: { sign: '≠', text: 'different assets', className: 'text-down' },
  nothing: { sign: '?', text: 'says nothing', className: 'text-faint' },
}

export const networkResults: Readonly<Record<ComparedNetwork['result'], string>> = {
  equal: 'same contract',
  native: 'own coin',
  different: 'different contracts',
  unclear: 'not comparable',
}

/** `GMT on Binance and MEXC`, `WIF on OKX, spot and perpetual` */
export const coinPairText = ({ asset, exchanges: [one, other] }: CoinPair): string =>
  one === other
    ? `${asset} on ${exchangeTitle(one)}, spot and perpetual`
    : `${asset} on ${exchangeTitle(one)} and ${exchangeTitle(other)}`

const mostCharacters = 12
/** `0x7b50…b27d`: both ends, which is what people compare. */
export const shortContract = (contract: string): string =>
  contract.length <= mostCharacters ? contract : `${contract.slice(0, 6)}…${contract.slice(-4)}`
