from brokers import errors


def test_one_family_whose_codes_differ() -> None:
    exceptions = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert all(issubclass(kind, errors.BrokerError) for kind in exceptions)
    own = [kind for kind in exceptions if "code" in vars(kind)]
    assert len({kind.code for kind in own}) == len(own) == 7
    assert set(exceptions) - set(own) == {errors.WrongEnvironment}, "which is an AuthenticationFailed to its callers"


def test_a_rate_limit_says_when_to_come_back() -> None:
    error = errors.RateLimited("slow down", retry_after=1.5)
    assert (str(error), error.retry_after, error.code) == ("slow down", 1.5, "rate_limited")
