/** Texts that layouts break on. */
export const thinking = `The test expects a total of 90 for 100 with a rate of 10, but gets -10. So the discount is ten times too large, or it is subtracted in the wrong place. Let me look at how the rate is used: the tests pass 10 for ten percent, while the code divides by 10. That would be it.

I should also check whether other callers pass fractions.`;

export const answer = `The discount was **ten times too large**: \`total\` divided the rate by 10, though rates are percentages.

## What changed
1. \`src/cart/total.ts\` divides by 100 and rounds to cents.
2. Nothing else needed to change; both callers pass percentages ([cart.ts](src/cart/cart.ts:31), [the docs](https://nodejs.org/api/test.html)).

\`\`\`ts
export function total(items: Item[], rate: number): number {
  const sum = items.reduce((n, item) => n + item.price * item.count, 0);
  return round(sum - (sum * rate) / 100); // percent
}
\`\`\`

| Case | Before | After |
| --- | ---: | ---: |
| 100 at 10 % | -10 | 90 |
| 59.99 at 5 % | 29.995 | 56.99 |

- [x] Tests pass
- [ ] The price list still says "fraction"

> Rates above 100 are not refused.
`;

export const unbroken = `/home/someone/${'a-very-long-folder-name-without-any-break/'.repeat(6)}${'x'.repeat(300)}.ts`;

export const chinese =
  '测试失败的原因是折扣率被除以了 10，而不是 100。我已修改 `src/cart/total.ts`，现在所有测试都通过了。\n\n- 金额四舍五入到分\n- 其他调用处无需修改';
export const arabic =
  'فشل الاختبار لأن الخصم قُسم على 10 بدلاً من 100. عدّلت الملف `src/cart/total.ts` ونجحت كل الاختبارات.\n\n- التقريب إلى سنتين\n- لا تغيير في أماكن أخرى';
