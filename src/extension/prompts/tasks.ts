/** What the command palette's tasks and the editor's actions ask for. Plain requests: the model decides how. */

export const FIX_FAILING_TESTS =
  'Make the failing tests pass. Find out how the tests are run, run them, fix what is wrong in the code (not the tests, unless a test itself is wrong), and run them again.';

export const EXPLAIN_WORKSPACE =
  'Explain this workspace: what it is for, how it is laid out, where it starts, and how to build, run and test it. Read what you need; change nothing.';

export const REVIEW_CHANGES =
  'Review my uncommitted changes (git diff and new files). Look for bugs, missing tests and unclear code, name file and line for each finding, the most important first. Change nothing.';

export const EXPLAIN_SELECTION = 'Explain the attached code: what it does, why, and what to watch out for.';

export const FIX_SELECTION = 'Find and fix what is wrong in the attached code.';

export const FIX_PROBLEM = 'Fix the attached problem at its cause, and check that it is gone.';

export const ADD_TESTS =
  "Add tests for the attached code, in the style of the workspace's own tests, and run them.";
