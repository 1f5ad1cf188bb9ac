/** Amounts are decimal text here and JSON numbers on the wire: written digit by digit, not by way of a float64. */

/** Stands for the number in what `exactJson` writes. */
export const exact = (amount: string): string => `#${amount}#`

export const exactJson = (value: unknown): string => JSON.stringify(value).replace(/"#(-?\d+(?:\.\d+)?)#"/g, '$1')
