import { textsOf } from '../../i18n.ts'

const t = textsOf('chart')

/** The link that the chart library's licence asks for, in place of its logo (see chartTheme.ts). */
export const Attribution = () => (
  <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer" className="text-faint hover:text-text">
    {t('attribution')}
  </a>
)
