import { useRef, useState } from 'react'
import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import type { SpreadPair } from '../../../shared/domain/index.ts'
import type { CoinEvidence, ComparedNetwork, PriceComparison } from '../../../shared/same-coin.ts'
import type { SettingsChange } from '../../../shared/settings.ts'
import {
  coinPairText,
  networkResults,
  saysWords,
  shortContract,
  sourceWords,
  standingWords,
} from '../../format/coin-words.ts'
import { exchangeTitle, formatKey, splitKey } from '../../format/names.ts'
import { absent } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import { coinPairOf, decide, decisionsOn, undo } from '../../stores/coin-decisions.ts'
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx'
import { Button } from '../../ui/controls.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useOnLink } from '../../ui/useOnLink.ts'
import { HeldBy, useHolder, useUpdate } from '../settings/fields.tsx'
import { DetailPart } from './DetailPart.tsx'

const t = textsOf('spreads')

/** Prices are compared once a minute, decisions show at once. */
const readEveryMs = 5_000

/** Whether both legs are one asset, what shows it, and the trader's own word on it. */
export function CoinPanel({ pair }: { readonly pair: SpreadPair }) {
  const { api } = useStores()
  const [evidence, setEvidence] = useState<CoinEvidence | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const read = () => {
    void api.call('coins.evidence', { buy: pair.buy, sell: pair.sell }).then((reply) => {
      setProblem(reply.ok ? null : reply.message)
      if (reply.ok) setEvidence(reply.value)
    })
  }
  useOnLink(read, readEveryMs)
  const heading = useRef<HTMLParagraphElement>(null)
  // The button that was pressed goes, and another may stand in its place: whoever works by keys goes on from what came of it.
  const onDecided = () => {
    read()
    requestAnimationFrame(() => heading.current?.focus())
  }
  const standing = evidence === null ? null : standingWords[evidence.standing]
  return (
    <DetailPart title={t('coin.title')}>
      <p ref={heading} tabIndex={-1} data-testid="coin-standing">
        {standing === null ? (
          <span className="text-muted">{problem ?? t('coin.comparing')}</span>
        ) : (
          <>
            <StateMark tone={standing.tone} /> <span className="font-medium text-strong">{standing.text}</span>
          </>
        )}
      </p>
      <Decisions pair={pair} evidence={evidence} onDecided={onDecided} />
      {evidence !== null && (
        // Only what is in doubt is read: what is proven stays folded.
        <details key={evidence.standing} open={evidence.standing !== 'same'} className="mt-1.5">
          <summary className="cursor-pointer text-muted hover:text-strong">{t('coin.evidence')}</summary>
          {problem !== null && <p className="text-down">{problem}</p>}
          <Evidence evidence={evidence} />
        </details>
      )}
    </DetailPart>
  )
}

interface DecisionsProps {
  readonly pair: SpreadPair
  readonly evidence: CoinEvidence | null
  onDecided(): void
}

function Decisions({ pair, evidence, onDecided }: DecisionsProps) {
  const { settings: store } = useStores()
  const settings = useStore(store, ({ settings: all }) => all?.sameCoin)
  const holder = useHolder(['sameCoin'])
  const { update, problem, isBusy } = useUpdate()
  const [isAsking, setAsking] = useState(false)
  const coins = coinPairOf(pair)
  if (settings === undefined || coins === null) return null
  const [inForce] = decisionsOn(settings, pair)
  const isSame = evidence?.standing === 'same'
  const send = async (changes: SettingsChange[]) => {
    if (await update(changes)) onDecided()
  }
  if (holder !== null) return <HeldBy holder={holder} />
  return (
    <div className="mt-1 flex flex-wrap items-center gap-1.5" data-testid="coin-decisions">
      {inForce !== undefined ? (
        <Button disabled={isBusy} onClick={() => void send(undo(settings, inForce, pair))}>
          {t(`coin.undo.${inForce}`)}
        </Button>
      ) : (
        <>
          {!isSame && (
            <Button disabled={isBusy} onClick={() => setAsking(true)}>
              {t('coin.confirm')}
            </Button>
          )}
          <Button
            disabled={isBusy}
            title={t('coin.banHint', { coins: coinPairText(coins) })}
            onClick={() => void send(decide(settings, 'banned', pair))}
          >
            {t('coin.ban')}
          </Button>
          <Button
            disabled={isBusy}
            title={t('coin.muteHint', { buy: formatKey(pair.buy), sell: formatKey(pair.sell) })}
            onClick={() => void send(decide(settings, 'muted', pair))}
          >
            {t('coin.mute')}
          </Button>
        </>
      )}
      {problem !== null && (
        <p role="alert" className="basis-full text-down">
          {problem}
        </p>
      )}
      {isAsking && (
        <ConfirmDialog
          title={t('coin.ask.title', { coins: coinPairText(coins) })}
          confirmText={t('coin.ask.confirm')}
          cancelText={t('coin.ask.cancel')}
          testId="confirm-coin"
          confirm={async () => {
            const refused = await store.getState().update(decide(settings, 'confirmed', pair))
            if (refused === null) onDecided()
            return refused
          }}
          onClose={() => setAsking(false)}
        >
          <p>{t('coin.ask.text')}</p>
          {evidence !== null && <p className="text-muted">{t('coin.ask.now', { words: evidence.words })}</p>}
        </ConfirmDialog>
      )}
    </div>
  )
}

function Evidence({ evidence: { lines, networks, prices, buy, sell } }: { readonly evidence: CoinEvidence }) {
  const titles = [buy, sell].map((key) => exchangeTitle(splitKey(key).exchange))
  return (
    <div className="mt-1 flex flex-col gap-1.5">
      <dl className="grid grid-cols-[6.5rem_1fr] gap-x-2 gap-y-0.5" data-testid="coin-evidence">
        {lines.map(({ source, says, words }) => (
          <div key={source} className="contents">
            <dt className="text-muted">{sourceWords[source]}</dt>
            <dd className="select-text">
              <span aria-hidden="true" className={`inline-block w-4 ${saysWords[says].className}`}>
                {saysWords[says].sign}
              </span>
              <span className="sr-only">{saysWords[says].text}: </span>
              {words}
            </dd>
          </div>
        ))}
      </dl>
      {networks.length > 0 && <Networks networks={networks} titles={titles} />}
      <Prices prices={prices} />
    </div>
  )
}

function Networks({
  networks,
  titles,
}: {
  readonly networks: readonly ComparedNetwork[]
  readonly titles: readonly string[]
}) {
  return (
    <table className="w-full table-fixed" data-testid="coin-networks">
      <thead>
        <tr className="text-left text-2xs text-muted [&>th]:font-normal">
          <th scope="col" className="w-[24%]">
            {t('coin.networks.network')}
          </th>
          {titles.map((title, leg) => (
            <th key={leg === 0 ? 'buy' : 'sell'} scope="col">
              {t('coin.networks.contract', { exchange: title })}
            </th>
          ))}
          <th scope="col" className="w-[22%]">
            {t('coin.networks.compared')}
          </th>
        </tr>
      </thead>
      <tbody>
        {networks.map(({ network, buyContract, sellContract, result }) => (
          <tr key={`${network} ${buyContract} ${sellContract}`}>
            <th scope="row" className="text-left font-normal">
              {network}
            </th>
            <Contract text={buyContract} />
            <Contract text={sellContract} />
            <td className={result === 'different' ? 'text-down' : undefined}>{networkResults[result]}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const Contract = ({ text }: { readonly text: string | null }) => (
  <td className="truncate pr-2 font-mono text-xs select-text" title={text ?? undefined}>
    {text === null ? absent : shortContract(text)}
  </td>
)

const ratioDecimals = 4
const correlationDecimals = 2
const fixed = (value: number | null, decimals: number): string => (value === null ? absent : value.toFixed(decimals))
const percent = (value: number | null): string => (value === null ? absent : `${value.toFixed(2)} %`)

function Prices({ prices }: { readonly prices: PriceComparison }) {
  const { samples, neededSamples, sampleSeconds, ratio, correlation } = prices
  const minutes = (count: number) => Math.round((count * sampleSeconds) / 60)
  return (
    <p className="text-muted" data-testid="coin-prices">
      {samples === 0 ? (
        t('coin.prices.none')
      ) : (
        <Trans
          t={t}
          i18nKey="coin.prices.figures"
          components={{ figure: <span className="text-text" /> }}
          values={{
            minutes: minutes(samples),
            needed: minutes(neededSamples),
            ratio: fixed(ratio, ratioDecimals),
            correlation: fixed(correlation, correlationDecimals),
            buy: percent(prices.buyMovementPercent),
            sell: percent(prices.sellMovementPercent),
            apart: percent(prices.ratioMovementPercent),
          }}
        />
      )}
    </p>
  )
}
