import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCents, percentOf, split } from '../src/money.js';

test('formats cents with separators', () => {
  assert.equal(formatCents(123456), '1,234.56');
  assert.equal(formatCents(5), '0.05');
  assert.equal(formatCents(-250), '-2.50');
});

test('rounds a percentage to whole cents', () => {
  assert.equal(percentOf(1000, 0.19), 190);
  assert.equal(percentOf(1050, 0.07), 74);
});

test('splits an amount into equal shares', () => {
  assert.deepEqual(split(900, 3), [300, 300, 300]);
});

test('shares add up to the amount, down to the last cent', () => {
  const shares = split(1000, 3);
  assert.equal(
    shares.reduce((sum, share) => sum + share, 0),
    1000,
  );
  assert.deepEqual(shares, [334, 333, 333]);
});
