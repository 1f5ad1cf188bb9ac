import { useState } from 'react'
import { Trans } from 'react-i18next'
import type { SpreadPair } from '../../../shared/domain/index.ts'
import type { InventorySide, Rebalance, RebalanceMove, SpreadInventory } from '../../../shared/inventory.ts'
import { formatExact, formatHeld, formatMoney } from '../../format/amount.ts'
import { exchangeTitle, type Tone } from '../../format/names.ts'
import { absent } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useOnLink } from '../../ui/useOnLink.ts'
import { DetailPart } from './DetailPart.tsx'
import { isInventoryOf } from './rows.ts'

const t = textsOf('spreads')

/** ms; the books walk faster, but balances do not. */
const readEveryMs = 2_000

/** What the balances at hand allow of the pair now, and what moving back what a trade moved would cost. */
export function InventoryPanel({ pair }: { readonly pair: SpreadPair }) {
  const { api } = useStores()
  const [inventory, setInventory] = useState<SpreadInventory | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  useOnLink(() => {
    void api.call('spreads.inventory', { index: pair.index }).then((reply) => {
      setProblem(reply.ok ? null : reply.message)
      if (reply.ok) setInventory(reply.value)
    })
  }, readEveryMs)
  if (inventory === null || !isInventoryOf(inventory, pair)) {
    return (
      <DetailPart title={t('inventory.title')}>
        <p className="text-muted">{problem ?? t('inventory.loading')}</p>
      </DetailPart>
    )
  }
  const { possible, executable, base, limit, words, buy, sell, rebalance, quote } = inventory
  return (
    <DetailPart title={t('inventory.title')}>
      {problem !== null && <p className="text-down">{problem}</p>}
      <p data-testid="inventory-possible">
        <StateMark tone={tones[limit]} />{' '}
        {possible === null ? (
          <span className="text-strong">{sentence(words)}</span>
        ) : (
          <>
            <Trans
              t={t}
              i18nKey="inventory.possible"
              components={{ possible: <span className="font-medium text-strong" title={formatExact(possible)} /> }}
              values={{ possible: formatHeld(possible), executable: formatHeld(executable), asset: base }}
            />
            : {words}
          </>
        )}
      </p>
      <table className="mt-1 w-full" data-testid="inventory-sides">
        <thead>
          <tr className="text-right text-2xs text-muted [&>th]:pl-2 [&>th]:font-normal">
            <td />
            <th scope="col">{t('inventory.free')}</th>
            <th scope="col">{t('inventory.needed')}</th>
          </tr>
        </thead>
        <tbody>
          <SideRow leg="buy" side={buy} />
          <SideRow leg="sell" side={sell} />
        </tbody>
      </table>
      {[buy, sell].flatMap(({ exchange, asset, notCounted }) =>
        notCounted.map((why) => (
          <p key={`${exchange} ${asset} ${why}`} className="text-2xs text-warn">
            {t('inventory.notCounted', { asset, exchange: exchangeTitle(exchange), why })}
          </p>
        )),
      )}
      {rebalance !== null && rebalance.moves.length > 0 && <RebalanceHint rebalance={rebalance} quote={quote} />}
    </DetailPart>
  )
}

const tones: Readonly<Record<SpreadInventory['limit'], Tone>> = {
  nothing: 'good',
  buy: 'warning',
  sell: 'warning',
  order: 'bad',
  books: 'idle',
  unknown: 'idle',
}

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`

function SideRow({ leg, side }: { readonly leg: 'buy' | 'sell'; readonly side: InventorySide }) {
  const { exchange, asset, isMargin, free, needed } = side
  return (
    <tr className="text-right">
      <th scope="row" className="text-left font-normal">
        <Trans
          t={t}
          i18nKey={`inventory.side.${isMargin ? (`${leg}Margin` as const) : leg}`}
          components={{ side: <span className="text-muted" />, margin: <span className="text-muted" /> }}
          values={{ asset, exchange: exchangeTitle(exchange) }}
        />
      </th>
      <td className="pl-2" title={formatExact(free)}>
        {free === null ? absent : formatHeld(free)}
      </td>
      <td className="pl-2" title={formatExact(needed)}>
        {needed === null ? absent : formatHeld(needed)}
      </td>
    </tr>
  )
}

const moveTones: Readonly<Record<RebalanceMove['state'], Tone>> = { open: 'good', closed: 'bad', unknown: 'idle' }

function RebalanceHint({
  rebalance: { moves, words },
  quote,
}: {
  readonly rebalance: Rebalance
  readonly quote: string
}) {
  return (
    <div className="mt-1.5" data-testid="inventory-rebalance">
      <p>
        <span className="text-muted">{t('inventory.after')}</span> {words}
      </p>
      {moves.map(({ asset, from, to, quantity, state, words: way, cost }) => (
        <p key={asset} className="text-2xs">
          <StateMark tone={moveTones[state]} /> {formatHeld(quantity)} {asset}{' '}
          <span className="text-muted">
            {exchangeTitle(from)} → {exchangeTitle(to)}: {way}
            {cost !== null && ` (${formatMoney(cost, quote)} ${quote})`}
          </span>
        </p>
      ))}
    </div>
  )
}
