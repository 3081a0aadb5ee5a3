#pragma once

/// The steps of the tour, in order; steps.cpp is made to be read from top to bottom.

void two_jobs_in_sequence();
void two_jobs_on_two_threads();
void two_jobs_as_two_fibers();
void awaited_one_after_the_other();
void joined_all_at_once();
void described_first_started_later();
void blocking_on_a_result_from_plain_code();
