/** What all charts have in common: their colours by tokens, and how their axes look. */
import { ColorType, CrosshairMode, type DeepPartial, type TimeChartOptions } from 'lightweight-charts'
import { tokenColor } from '../../theme.ts'
import { withAlpha } from './seriesData.ts'

export const commonOptions: DeepPartial<TimeChartOptions> = {
  autoSize: true,
  // The logo brings a style element, which the content security policy refuses; the screens have the same link of their own.
  layout: { attributionLogo: false, fontSize: 11, panes: { enableResize: true } },
  crosshair: { mode: CrosshairMode.Normal },
  timeScale: { timeVisible: true, rightOffset: 6, minBarSpacing: 0.5, borderVisible: true },
}

/** Of the theme as it is now. */
export const themeOptions = (): DeepPartial<TimeChartOptions> => ({
  layout: {
    background: { type: ColorType.Solid, color: tokenColor('panel') },
    textColor: tokenColor('muted'),
    fontFamily: getComputedStyle(document.body).fontFamily,
    panes: { separatorColor: tokenColor('line'), separatorHoverColor: tokenColor('selected') },
  },
  grid: {
    vertLines: { color: withAlpha(tokenColor('line'), 0.6) },
    horzLines: { color: withAlpha(tokenColor('line'), 0.6) },
  },
  crosshair: {
    vertLine: { color: tokenColor('faint'), labelBackgroundColor: tokenColor('muted') },
    horzLine: { color: tokenColor('faint'), labelBackgroundColor: tokenColor('muted') },
  },
  rightPriceScale: { borderColor: tokenColor('line') },
  timeScale: { borderColor: tokenColor('line') },
})
