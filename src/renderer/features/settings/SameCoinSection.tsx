import { coinPairKey, mutedPairKey } from '../../../shared/same-coin.ts'
import type { Settings, SettingsChange } from '../../../shared/settings.ts'
import { coinPairText } from '../../format/coin-words.ts'
import { formatKey } from '../../format/names.ts'
import { undoCoins, undoMute } from '../../stores/coin-decisions.ts'
import { Button } from '../../ui/controls.tsx'
import { Section, SettingRow, useHolder, useUpdate } from './fields.tsx'

interface Line {
  readonly key: string
  readonly text: string
  readonly change: SettingsChange
}

/** Everything the trader decided about tickers, to be looked through and taken back. Decisions are made in a spread's details. */
export function SameCoinSection({ settings: { sameCoin } }: { readonly settings: Settings }) {
  const coins = (decision: 'confirmed' | 'banned'): readonly Line[] =>
    sameCoin[decision].map((pair) => ({
      key: coinPairKey(pair),
      text: coinPairText(pair),
      change: undoCoins(sameCoin, decision, pair),
    }))
  const muted = sameCoin.muted.map((pair) => ({
    key: mutedPairKey(pair),
    text: `${formatKey(pair[0])} against ${formatKey(pair[1])}`,
    change: undoMute(sameCoin, pair),
  }))
  return (
    <Section
      id="same-coin"
      title="Same coin"
      intro="A ticker may mean different assets on two exchanges. What you decided in a spread’s details stands here; it is stronger than any evidence."
    >
      <DecisionRow title="Confirmed" hint="One asset: these pairs count" lines={coins('confirmed')} />
      <DecisionRow title="Banned" hint="Different assets: these pairs never count" lines={coins('banned')} />
      <DecisionRow title="Muted" hint="Not of interest: these pairs never count" lines={muted} />
    </Section>
  )
}

interface DecisionRowProps {
  readonly title: string
  readonly hint: string
  readonly lines: readonly Line[]
}

function DecisionRow({ title, hint, lines }: DecisionRowProps) {
  const holder = useHolder(['sameCoin'])
  const { update, problem, isBusy } = useUpdate()
  return (
    <SettingRow title={title} hint={hint} problem={problem} holder={holder}>
      {lines.length === 0 ? (
        <p className="text-muted">None</p>
      ) : (
        <ul aria-label={title} className="flex w-full flex-col">
          {lines.map(({ key, text, change }) => (
            <li key={key} className="flex items-center gap-2">
              <span className="select-text">{text}</span>
              <Button
                kind="quiet"
                aria-label={`Take back: ${text}`}
                disabled={holder !== null || isBusy}
                onClick={() => void update([change])}
              >
                Take back
              </Button>
            </li>
          ))}
        </ul>
      )}
    </SettingRow>
  )
}
