import type { PresetName } from '../../../shared/layouts.ts'
import { textsOf } from '../../i18n.ts'
import { isPreset } from '../../stores/presets.ts'

const t = textsOf('workspace')

const presetTitles: Readonly<Record<PresetName, string>> = {
  Arbitrage: t('presets.arbitrage'),
  Portfolio: t('presets.portfolio'),
  'One market': t('presets.oneMarket'),
}

/** As a layout is called on the screen; a user's has one name in every language. */
export const layoutTitle = (name: string): string => (isPreset(name) ? presetTitles[name] : name)
