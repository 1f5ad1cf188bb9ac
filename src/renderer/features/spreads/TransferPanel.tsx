import { useState } from 'react'
import type { AssetTransfer, TransferRoute } from '../../../shared/assets.ts'
import type { SpreadDetail } from '../../../shared/spreads.ts'
import { exchangeTitle, type Tone } from '../../format/names.ts'
import { absent, formatAmount } from '../../format/number.ts'
import { formatAge } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { classes } from '../../ui/classes.ts'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useOnLink } from '../../ui/useOnLink.ts'
import { DetailPart } from './DetailPart.tsx'

const t = textsOf('spreads')

/** Networks open and close by the hour, and the hub asks every ten minutes. */
const readEveryMs = 15_000

const tones: Readonly<Record<AssetTransfer['state'], Tone>> = { open: 'good', closed: 'bad', unknown: 'idle' }

/**
 * How what is bought gets to where it is sold, and the money back: network by network, open or closed, and what it costs. Of a
 * perpetual only money moves; on one exchange nothing does.
 */
export function TransferPanel({ detail }: { readonly detail: SpreadDetail }) {
  const buy = detail.buy.instrument
  const sell = detail.sell.instrument
  if (buy.exchange === sell.exchange) return null
  const price = detail.buy.price ?? detail.sell.price
  return (
    <DetailPart title={t('transfers.title')}>
      {buy.kind === 'spot' && sell.kind === 'spot' && (
        <Transfer asset={buy.base} from={buy.exchange} to={sell.exchange} price={price} quote={buy.quote} />
      )}
      <Transfer asset={buy.quote} from={sell.exchange} to={buy.exchange} price={null} quote={buy.quote} />
    </DetailPart>
  )
}

interface TransferProps extends Pick<AssetTransfer, 'asset' | 'from' | 'to'> {
  /** What one of the asset is worth in `quote`; null: it is the quote asset, or not known. */
  readonly price: number | null
  readonly quote: string
}

function Transfer({ asset, from, to, price, quote }: TransferProps) {
  const { api } = useStores()
  const [transfer, setTransfer] = useState<AssetTransfer | null>(null)
  const [readAt, setReadAt] = useState(0)
  const [problem, setProblem] = useState<string | null>(null)
  useOnLink(() => {
    void api.call('assets.transfer', { asset, from, to }).then((reply) => {
      setProblem(reply.ok ? null : reply.message)
      if (!reply.ok) return
      setTransfer(reply.value)
      setReadAt(Date.now())
    })
  }, readEveryMs)
  const way = `${asset} ${exchangeTitle(from)} → ${exchangeTitle(to)}`
  const routes = transfer?.routes ?? []
  return (
    <div data-testid={`transfer-${asset}`} className="mb-1.5 last:mb-0">
      <p className="select-text">
        <StateMark tone={transfer === null ? 'idle' : tones[transfer.state]} />{' '}
        <span className="font-medium text-strong">{way}:</span> {problem ?? transfer?.words ?? t('transfers.asking')}
        {transfer !== null && transfer.asOf !== null && (
          <span className="text-muted">, {t('transfers.told', { age: formatAge(readAt - transfer.asOf) })}</span>
        )}
      </p>
      {routes.length > 0 && (
        <table className="mt-0.5 w-full">
          <caption className="sr-only">{t('transfers.networks', { way })}</caption>
          <thead>
            <tr className="text-2xs text-muted [&>th]:font-normal">
              <th scope="col" className="text-left">
                {t('transfers.network')}
              </th>
              <th scope="col" className="pl-2 text-left">
                {t('transfers.state')}
              </th>
              <th scope="col" className="pl-2 text-right">
                {t('transfers.fee', { asset })}
              </th>
              <th
                scope="col"
                className="pl-2 text-right"
                title={t('transfers.leastHint', { exchange: exchangeTitle(from) })}
              >
                {t('transfers.least')}
              </th>
            </tr>
          </thead>
          <tbody>
            {routes.map((route) => (
              <RouteRow key={`${route.withdrawAs} ${route.depositAs}`} {...{ route, from, to, price, quote }} />
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}

interface RouteRowProps extends Pick<TransferProps, 'from' | 'to' | 'price' | 'quote'> {
  readonly route: TransferRoute
}

function RouteRow({ route, from, to, price, quote }: RouteRowProps) {
  const { network, withdrawAs, depositAs, isOpen, words, fee, minimum } = route
  const tone: Tone = isOpen === true ? 'good' : isOpen === false ? 'bad' : 'idle'
  const worth =
    fee === null || price === null ? null : t('transfers.worth', { amount: formatAmount(Number(fee) * price), quote })
  return (
    <tr
      className={classes('align-baseline', isOpen !== true && 'text-muted')}
      title={t('transfers.route', { withdrawAs, from: exchangeTitle(from), depositAs, to: exchangeTitle(to) })}
    >
      <th scope="row" className="text-left font-normal">
        {network}
      </th>
      <td className="pl-2">
        <StateMark tone={tone} /> {words}
      </td>
      <td className="pl-2 text-right tabular-nums select-text" title={worth ?? undefined}>
        {fee ?? <span title={t('transfers.feeUnknown', { exchange: exchangeTitle(from) })}>{absent}</span>}
        {worth !== null && <span className="block text-2xs text-muted">{worth}</span>}
      </td>
      <td className="pl-2 text-right tabular-nums select-text">{minimum ?? absent}</td>
    </tr>
  )
}
