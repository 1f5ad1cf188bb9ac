/** Same coin or not, in words. */
import type { CoinEvidenceLine, CoinPair, CoinStanding, ComparedNetwork } from '../../shared/same-coin.ts'
import { textsOf } from '../i18n.ts'
import { exchangeTitle, type Tone } from './names.ts'

const t = textsOf('format')

export const standingWords: Readonly<Record<CoinStanding, { readonly text: string; readonly tone: Tone }>> = {
  same: { text: t('coinStandings.same'), tone: 'good' },
  unproven: { text: t('coinStandings.unproven'), tone: 'warning' },
  different: { text: t('coinStandings.different'), tone: 'bad' },
  banned: { text: t('coinStandings.banned'), tone: 'idle' },
  muted: { text: t('coinStandings.muted'), tone: 'idle' },
}

export const sourceWords: Readonly<Record<CoinEvidenceLine['source'], string>> = {
  you: t('coinSources.you'),
  list: t('coinSources.list'),
  contracts: t('coinSources.contracts'),
  quote: t('coinSources.quote'),
  prices: t('coinSources.prices'),
}

/** The sign that stands for what a line says, and the words for who cannot see it. */
export const saysWords: Readonly<
  Record<CoinEvidenceLine['says'], { readonly sign: string; readonly text: string; readonly className: string }>
> = {
  same: { sign: '=', text: t('coinSays.same'), className: 'text-up' },
  different: { sign: '≠', text: t('coinSays.different'), className: 'text-down' },
  nothing: { sign: '?', text: t('coinSays.nothing'), className: 'text-faint' },
}

export const networkResults: Readonly<Record<ComparedNetwork['result'], string>> = {
  equal: t('coinNetworks.equal'),
  native: t('coinNetworks.native'),
  different: t('coinNetworks.different'),
  unclear: t('coinNetworks.unclear'),
}

/** `GMT on Binance and MEXC`, `WIF on OKX, spot and perpetual` */
export const coinPairText = ({ asset, exchanges: [one, other] }: CoinPair): string =>
  one === other
    ? t('coinPair.oneExchange', { asset, exchange: exchangeTitle(one) })
    : t('coinPair.twoExchanges', { asset, one: exchangeTitle(one), other: exchangeTitle(other) })

const mostCharacters = 12
/** `0x7b50…b27d`: both ends, which is what people compare. */
export const shortContract = (contract: string): string =>
  contract.length <= mostCharacters ? contract : `${contract.slice(0, 6)}…${contract.slice(-4)}`
