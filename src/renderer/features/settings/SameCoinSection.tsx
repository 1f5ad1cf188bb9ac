import { coinPairKey, mutedPairKey } from '../../../shared/same-coin.ts'
import type { Settings, SettingsChange } from '../../../shared/settings.ts'
import { coinPairText } from '../../format/coin-words.ts'
import { formatKey } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import { undoCoins, undoMute } from '../../stores/coin-decisions.ts'
import { Button } from '../../ui/controls.tsx'
import { Section, SettingRow, useHolder, useUpdate } from './fields.tsx'

const t = textsOf('settings')

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
    text: t('coins.muted.pair', { first: formatKey(pair[0]), second: formatKey(pair[1]) }),
    change: undoMute(sameCoin, pair),
  }))
  return (
    <Section id="same-coin" title={t('sections.same-coin')} intro={t('coins.intro')}>
      <DecisionRow title={t('coins.confirmed.title')} hint={t('coins.confirmed.hint')} lines={coins('confirmed')} />
      <DecisionRow title={t('coins.banned.title')} hint={t('coins.banned.hint')} lines={coins('banned')} />
      <DecisionRow title={t('coins.muted.title')} hint={t('coins.muted.hint')} lines={muted} />
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
        <p className="text-muted">{t('coins.none')}</p>
      ) : (
        <ul aria-label={title} className="flex w-full flex-col">
          {lines.map(({ key, text, change }) => (
            <li key={key} className="flex items-center gap-2">
              <span className="select-text">{text}</span>
              <Button
                kind="quiet"
                aria-label={t('coins.undo.label', { decision: text })}
                disabled={holder !== null || isBusy}
                onClick={() => void update([change])}
              >
                {t('coins.undo.text')}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </SettingRow>
  )
}
