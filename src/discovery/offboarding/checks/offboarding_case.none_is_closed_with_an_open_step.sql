-- No case is closed with a step that is not verified, already absent or attested; warning
SELECT c.case_id, s.step_id, s.state
FROM offboarding.offboarding_case AS c JOIN offboarding.step AS s USING (case_id)
WHERE c.state = 'closed' AND s.state NOT IN ('verified', 'already_absent', 'attested')
